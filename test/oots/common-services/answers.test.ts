import assert from 'node:assert/strict';
import test from 'node:test';
import {
  addressIn,
  dataServicesQuery,
  discoveryName,
  evidenceTypesQuery,
  readDataServices,
  readRequirements,
  requirementsQuery,
} from '../../../src/oots/index.ts';
import { isQuoinError } from '../../../src/protocol/errors/index.ts';
import { NO_OFFICIAL_FILES } from '../../support/official-files.ts';
import { officialAnswers } from '../../support/official-answers.ts';

const STATUS = 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:';

/** An answer with prefixes of its own: none of them may decide. */
function answer(inside: string, status = 'Success'): Buffer {
  return Buffer.from(
    `<q:QueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0" xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rim:4.0"
    xmlns:e="urn:oasis:names:tc:ebxml-regrep:xsd:rs:4.0" xmlns:s="http://data.europa.eu/p4s" status="${STATUS}${status}">${inside}</q:QueryResponse>`,
  );
}

const objectWith = (slot: string, value: string): string =>
  `<r:RegistryObjectList><r:RegistryObject><r:Slot name="${slot}"><r:SlotValue>${value}</r:SlotValue></r:Slot></r:RegistryObject></r:RegistryObjectList>`;

const SERVICE = `<s:DataServiceEvidenceType><s:Identifier>1</s:Identifier>
  <s:EvidenceTypeClassification>https://sr/type</s:EvidenceTypeClassification><s:Title lang="EN">Birth</s:Title>
  <s:DistributedAs><s:Format>application/pdf</s:Format><s:Language>EN</s:Language></s:DistributedAs>
  <s:AccessService><s:Identifier schemeID="urn:type">AP_1</s:Identifier><s:ConformsTo>oots-edm:v1.2</s:ConformsTo>
  <s:ConformsTo>oots-edm:v2.0</s:ConformsTo><s:Publisher><s:Identifier schemeID="urn:c4">EP</s:Identifier><s:Name lang="EN">Office</s:Name>
  <s:Jurisdiction><s:AdminUnitLevel1>FI</s:AdminUnitLevel1><s:AdminUnitLevel2>FI1</s:AdminUnitLevel2></s:Jurisdiction></s:Publisher></s:AccessService>
  <s:AuthenticationLevelOfAssurance>High</s:AuthenticationLevelOfAssurance></s:DataServiceEvidenceType>`;

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'taken';
  } catch (error) {
    assert.ok(isQuoinError(error), String(error));
    return error.code;
  }
}

test('a data service is read with its access point, versions, provider and forms', () => {
  assert.deepEqual(readDataServices(answer(objectWith('DataServiceEvidenceType', SERVICE))), {
    outcome: 'found',
    found: [
      {
        identifier: '1',
        classification: 'https://sr/type',
        titles: [{ text: 'Birth', lang: 'EN' }],
        descriptions: [],
        distributions: [{ format: 'application/pdf', languages: ['EN'], conformsTo: [] }],
        accessServices: [
          {
            identifier: { value: 'AP_1', scheme: 'urn:type' },
            names: [],
            conformsTo: ['oots-edm:v1.2', 'oots-edm:v2.0'],
            publishers: [
              {
                identifier: { value: 'EP', scheme: 'urn:c4' },
                names: [{ text: 'Office', lang: 'EN' }],
                jurisdictions: [{ country: 'FI', region: 'FI1' }],
              },
            ],
          },
        ],
        levelOfAssurance: 'High',
      },
    ],
  });
});

test('types of one list stand together, and lists beside each other', () => {
  const type = (name: string): string =>
    `<s:EvidenceType><s:EvidenceTypeClassification>${name}</s:EvidenceTypeClassification></s:EvidenceType>`;
  const list = (...types: string[]): string =>
    `<s:EvidenceTypeList><s:Identifier>l</s:Identifier>${types.map(type).join('')}</s:EvidenceTypeList>`;
  const value = `<s:Requirement><s:Identifier>r</s:Identifier>${list('a', 'b')}${list('c')}</s:Requirement>`;
  const read = readRequirements(answer(objectWith('Requirement', value)));
  assert.ok(read.outcome === 'found');
  assert.deepEqual(
    read.found[0]?.evidenceTypeLists.map((one) =>
      one.evidenceTypes.map(({ classification }) => classification),
    ),
    [['a', 'b'], ['c']],
  );
});

test('a told failure is a problem with its kind, and an unknown code is told as it is', () => {
  const problem = (attributes: string) => {
    const read = readDataServices(answer(`<e:Exception ${attributes}/>`, 'Failure'));
    assert.ok(read.outcome === 'problem');
    return read.problem;
  };
  assert.equal(problem('code="DSD:ERR:0001" message="none"').kind, 'nothing-found');
  assert.equal(problem('code="DSD:ERR:0006"').kind, 'wrong-question');
  assert.equal(problem('code="EB:ERR:0006"').kind, 'wrong-question');
  assert.deepEqual(problem('code="constructor" detail="d"'), {
    code: 'constructor',
    kind: 'unknown',
    detail: 'd',
    questions: [],
  });
});

test('DSD:ERR:0005 brings the questions for the user, alone or in a collection', () => {
  const slot = (name: string, value: string): string =>
    `<r:Slot name="${name}"><r:SlotValue>${value}</r:SlotValue></r:Slot>`;
  const concept = (id: string): string =>
    `<s:EvidenceProviderClassification><s:Identifier>${id}</s:Identifier><s:Type>Codelist</s:Type><s:Description lang="EN">Which?</s:Description></s:EvidenceProviderClassification>`;
  const ask = (slots: string) => {
    const read = readDataServices(
      answer(`<e:Exception code="DSD:ERR:0005">${slots}</e:Exception>`, 'Failure'),
    );
    assert.ok(read.outcome === 'problem' && read.problem.kind === 'ask-user');
    return read.problem.questions;
  };
  const question = (identifier: string) => ({
    identifier,
    about: 'classification',
    type: 'Codelist',
    descriptions: [{ text: 'Which?', lang: 'EN' }],
  });
  const name = 'UserRequestedClassificationConcepts';
  assert.deepEqual(ask(slot(name, concept('a'))), [question('a')]);
  const collection = `<r:Element>${concept('a')}</r:Element><r:Element>${concept('b')}</r:Element>`;
  assert.deepEqual(ask(slot(name, collection)), [question('a'), question('b')]);
  const place =
    '<s:EvidenceProviderJurisdictionDetermination><s:JurisdictionContextId>j</s:JurisdictionContextId><s:JurisdictionContext lang="EN">Where?</s:JurisdictionContext><s:JurisdictionLevel>LAU</s:JurisdictionLevel></s:EvidenceProviderJurisdictionDetermination>';
  assert.deepEqual(ask(slot('JurisdictionDetermination', place)), [
    { identifier: 'j', about: 'jurisdiction', type: 'LAU', descriptions: [{ text: 'Where?', lang: 'EN' }] },
  ]);
});

test('an answer of another form is refused', () => {
  const refused = (body: Buffer): string => codeOf(() => readDataServices(body));
  const service = (text: string): Buffer => answer(objectWith('DataServiceEvidenceType', text));
  assert.equal(refused(Buffer.from('<html/>')), 'oots/answer-unreadable');
  assert.equal(refused(answer('', 'Unavailable')), 'oots/answer-unreadable');
  assert.equal(refused(answer(objectWith('Requirement', SERVICE))), 'oots/answer-unreadable');
  const wrong: readonly (readonly [string, string])[] = [
    ['<s:Identifier>1</s:Identifier>', ''],
    ['<s:Identifier>1</s:Identifier>', '<s:Identifier> </s:Identifier>'],
    ['<s:Identifier>1</s:Identifier>', '<s:Identifier>1</s:Identifier><s:Identifier>2</s:Identifier>'],
    ['<s:Format>application/pdf</s:Format>', ''],
    ['<s:Identifier schemeID="urn:type">AP_1</s:Identifier>', ''],
  ];
  for (const [from, to] of wrong)
    assert.equal(refused(service(SERVICE.replace(from, to))), 'oots/answer-unreadable', from);
  assert.equal(refused(Buffer.from('<!DOCTYPE a><a/>')), 'xml/doctype');
  assert.equal(refused(Buffer.from('no XML')), 'xml/not-well-formed');
});

test('questions become addresses with their parameters escaped', () => {
  const { url, headers } = dataServicesQuery('https://cs.example/eb/', {
    evidenceType: 'https://sr/t?a=1&b=2',
    country: 'EL',
    answers: { 'c d': 'é&' },
  });
  const parsed = new URL(url);
  assert.equal(parsed.pathname, '/eb/rest/search');
  assert.deepEqual(Object.fromEntries(parsed.searchParams), {
    queryId: 'urn:fdc:oots:dsd:ebxml-regrep:queries:dataservices-by-evidencetype-and-jurisdiction',
    'evidence-type-classification': 'https://sr/t?a=1&b=2',
    'country-code': 'EL',
    'c d': 'é&',
  });
  assert.deepEqual(headers, { accept: 'application/x-ebrs+xml', 'accept-version': 'oots-cs:v2.0' });
  const broker = new URL(requirementsQuery('https://cs.example/rest/search', { procedure: 'T1' }).url);
  assert.equal(broker.pathname, '/rest/search');
  assert.equal(broker.searchParams.get('procedure-id'), 'T1');
  assert.equal(broker.searchParams.has('country-code'), false);
  const types = new URL(evidenceTypesQuery('https://cs.example', { requirement: 'r' }).url);
  assert.equal(types.searchParams.get('requirement-id'), 'r');
});

test('a question that cannot be meant is refused before it is asked', () => {
  const ask = (base: string, country = 'FI', answers = {}): string =>
    codeOf(() => dataServicesQuery(base, { evidenceType: 't', country, answers }));
  assert.equal(ask('https://cs.example'), 'taken');
  for (const base of ['', 'cs.example', 'ftp://cs.example', 'https://u@cs.example', 'https://cs.example?x=1'])
    assert.equal(ask(base), 'oots/question-malformed', base);
  for (const country of ['', 'fi', 'FIN'])
    assert.equal(ask('https://cs.example', country), 'oots/question-malformed');
  assert.equal(ask('https://cs.example', 'FI', { queryId: 'x' }), 'oots/question-malformed');
  assert.equal(ask('https://cs.example', 'FI', { a: 'x'.repeat(513) }), 'oots/question-malformed');
});

test('discovery takes the first terminal record of the one form, and nothing else', () => {
  assert.equal(
    discoveryName({ service: 'dsd', country: 'FI', environment: 'acc' }),
    'fi.dsd.v2.cs.acc.oots.tech.ec.europa.eu',
  );
  assert.equal(
    codeOf(() => discoveryName({ service: 'eb', country: 'x.y', environment: 'acc' })),
    'oots/question-malformed',
  );
  const record = (regexp: string, order = 1, flags = 'U') => ({
    flags,
    service: 'x',
    regexp,
    replacement: '',
    order,
    preference: 1,
  });
  const good = record('!.*!https://one.example/eb!', 2);
  assert.equal(addressIn([record('!.*!https://two.example!', 3), good], 'n'), 'https://one.example/eb');
  for (const bad of [
    record('!.*!http://plain.example!'),
    record('!(.*)!https://x.example/\\1!'),
    record('!.*!https://x.example!', 1, 'S'),
    record(''),
  ]) {
    assert.equal(addressIn([bad, good], 'n'), 'https://one.example/eb');
    assert.equal(
      codeOf(() => addressIn([bad], 'n')),
      'oots/not-discovered',
    );
  }
  assert.equal(
    codeOf(() => addressIn([], 'n')),
    'oots/not-discovered',
  );
});

const official = { skip: officialAnswers.length === 0 ? NO_OFFICIAL_FILES : false };
const bodyOf = (name: string): Uint8Array => officialAnswers.find((one) => one.name === name)!.body;

test('the real answers are read: catalogue, evidence types, data services', official, () => {
  const catalogue = readRequirements(bodyOf('eb_requirements_catalogue'));
  assert.ok(catalogue.outcome === 'found');
  assert.equal(catalogue.specification, 'oots-cs:v2.0');
  assert.equal(catalogue.found.length, 53);
  const procedures = catalogue.found.flatMap((requirement) => requirement.procedures);
  assert.equal(procedures.length, 687);
  assert.equal(
    new Set(procedures.flatMap((one) => one.jurisdictions.map(({ country }) => country))).size,
    27,
  );

  const types = readRequirements(bodyOf('eb_evidence_types_fi'));
  assert.ok(types.outcome === 'found');
  const [list] = types.found[0]!.evidenceTypeLists;
  assert.deepEqual(list?.jurisdictions, [{ country: 'FI' }]);

  const services = readDataServices(bodyOf('dsd_data_services_fi'));
  assert.ok(services.outcome === 'found');
  const [service] = services.found;
  assert.equal(service?.classification, list?.evidenceTypes[0]?.classification);
  assert.deepEqual(service?.accessServices[0]?.identifier, {
    value: 'AP_FI_03',
    scheme: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:FI',
  });
  assert.deepEqual(service?.accessServices[0]?.conformsTo, ['oots-edm:v2.0']);
  assert.equal(service?.accessServices[0]?.publishers[0]?.identifier.value, 'FIKEHA02');
});

test('the real failures are problems', official, () => {
  const none = readDataServices(bodyOf('dsd_aucun_service_fr'));
  assert.ok(none.outcome === 'problem');
  assert.equal(none.problem.code, 'DSD:ERR:0001');
  assert.equal(none.problem.detail, 'DS_NOT_FOUND');
  const empty = readRequirements(bodyOf('eb_requirements_vides'));
  assert.ok(empty.outcome === 'problem' && empty.problem.kind === 'nothing-found');
});
