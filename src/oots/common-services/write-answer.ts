import { element, escapeText } from '../../protocol/xml/index.ts';
import type { Identifier, LocalizedText } from '../model/basics.ts';
import { declarations } from '../namespaces.ts';
import type {
  AccessService,
  Area,
  BrokerRequirement,
  DataService,
  DirectoryQuestion,
  EvidencePublisher,
  ServiceProblem,
} from './answers.ts';

const STATUS = 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:';
const SEVERITY = 'urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error';
const MORE_INPUT = 'urn:sr.oots.tech.ec.europa.eu:codes:ErrorSeverity:DSDErrorResponse:AdditionalInput';
const SPECIFICATION = 'oots-cs:v2.0';

/** The answer of an Evidence Broker to both of its queries, as 2.0 has it: for a simulated service. */
export function writeRequirements(found: readonly BrokerRequirement[]): Buffer {
  return answerWith('Success', objects('Requirement', found.map(requirement)));
}

/** The answer of a Data Service Directory; as `writeRequirements`. */
export function writeDataServices(found: readonly DataService[]): Buffer {
  return answerWith('Success', objects('DataServiceEvidenceType', found.map(dataService)));
}

/** A failure that a service tells, with the questions of DSD:ERR:0005; as `writeRequirements`. */
export function writeProblem({
  code,
  kind,
  message,
  detail,
  questions,
}: Omit<ServiceProblem, 'meaning'>): Buffer {
  const type =
    kind === 'wrong-question' ? 'rs:InvalidRequestExceptionType' : 'rs:ObjectNotFoundExceptionType';
  const severity = kind === 'ask-user' ? MORE_INPUT : SEVERITY;
  const elements = questions.map((one) => element('rim:Element', ANY, classification(one)));
  const slots =
    elements.length === 0
      ? []
      : [slot('UserRequestedClassificationConcepts', 'rim:CollectionValueType', ...elements)];
  return answerWith(
    'Failure',
    element('rs:Exception', { 'xsi:type': type, code, message, detail, severity }, ...slots),
  );
}

const ANY = { 'xsi:type': 'rim:AnyValueType' };

function answerWith(status: 'Success' | 'Failure', content: string): Buffer {
  const specification = slot(
    'SpecificationIdentifier',
    'rim:StringValueType',
    plain('rim:Value', SPECIFICATION),
  );
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<query:QueryResponse${declarations()} status="${STATUS}${status}">${specification}${content}</query:QueryResponse>\n`,
  );
}

function objects(name: string, values: readonly string[]): string {
  return element(
    'rim:RegistryObjectList',
    {},
    ...values.map((value) => element('rim:RegistryObject', {}, slot(name, 'rim:AnyValueType', value))),
  );
}

function slot(name: string, type: string, ...content: readonly string[]): string {
  return element('rim:Slot', { name }, element('rim:SlotValue', { 'xsi:type': type }, ...content));
}

function plain(
  name: string,
  text: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
): string {
  return element(name, attributes, escapeText(text));
}

const each = (name: string, texts: readonly string[]): readonly string[] =>
  texts.map((text) => plain(name, text));

const localized = (name: string, texts: readonly LocalizedText[]): readonly string[] =>
  texts.map(({ text, lang }) => plain(name, text, { lang }));

const identifier = ({ value, scheme }: Identifier): string =>
  plain('sdg:Identifier', value, { schemeID: scheme });

const jurisdictions = (areas: readonly Area[]): readonly string[] =>
  areas.map(({ country, region, municipality }) =>
    element(
      'sdg:Jurisdiction',
      {},
      plain('sdg:AdminUnitLevel1', country),
      ...each('sdg:AdminUnitLevel2', region === undefined ? [] : [region]),
      ...each('sdg:AdminUnitLevel3', municipality === undefined ? [] : [municipality]),
    ),
  );

function requirement(value: BrokerRequirement): string {
  return element(
    'sdg:Requirement',
    {},
    plain('sdg:Identifier', value.identifier),
    ...localized('sdg:Name', value.names),
    ...localized('sdg:Description', value.descriptions),
    ...value.procedures.map((one) =>
      element(
        'sdg:ReferenceFramework',
        {},
        plain('sdg:Identifier', one.identifier),
        ...localized('sdg:Title', one.titles),
        ...one.procedures.map((code) => element('sdg:RelatedTo', {}, plain('sdg:Identifier', code))),
        ...jurisdictions(one.jurisdictions),
      ),
    ),
    ...value.evidenceTypeLists.map((list) =>
      element(
        'sdg:EvidenceTypeList',
        {},
        plain('sdg:Identifier', list.identifier),
        ...localized('sdg:Name', list.names),
        ...list.evidenceTypes.map((type) =>
          element(
            'sdg:EvidenceType',
            {},
            plain('sdg:EvidenceTypeClassification', type.classification),
            ...localized('sdg:Title', type.titles),
            ...localized('sdg:Description', type.descriptions),
            ...jurisdictions(type.jurisdictions),
          ),
        ),
        ...jurisdictions(list.jurisdictions),
      ),
    ),
  );
}

function dataService(value: DataService): string {
  return element(
    'sdg:DataServiceEvidenceType',
    {},
    plain('sdg:Identifier', value.identifier),
    plain('sdg:EvidenceTypeClassification', value.classification),
    ...localized('sdg:Title', value.titles),
    ...localized('sdg:Description', value.descriptions),
    ...value.distributions.map(({ format, languages, conformsTo }) =>
      element(
        'sdg:DistributedAs',
        {},
        plain('sdg:Format', format),
        ...each('sdg:Language', languages),
        ...each('sdg:ConformsTo', conformsTo),
      ),
    ),
    ...value.accessServices.map(accessService),
    ...each(
      'sdg:AuthenticationLevelOfAssurance',
      value.levelOfAssurance === undefined ? [] : [value.levelOfAssurance],
    ),
  );
}

function accessService(value: AccessService): string {
  return element(
    'sdg:AccessService',
    {},
    identifier(value.identifier),
    ...localized('sdg:Name', value.names),
    ...each('sdg:ConformsTo', value.conformsTo),
    ...value.publishers.map(publisher),
  );
}

function publisher(value: EvidencePublisher): string {
  const [home] = value.jurisdictions;
  return element(
    'sdg:Publisher',
    {},
    identifier(value.identifier),
    ...localized('sdg:Name', value.names),
    ...(home === undefined ? [] : [element('sdg:Address', {}, plain('sdg:AdminUnitLevel1', home.country))]),
    ...jurisdictions(value.jurisdictions),
  );
}

function classification({ identifier: id, type, descriptions }: DirectoryQuestion): string {
  return element(
    'sdg:EvidenceProviderClassification',
    {},
    plain('sdg:Identifier', id),
    plain('sdg:Type', type),
    ...localized('sdg:Description', descriptions),
  );
}
