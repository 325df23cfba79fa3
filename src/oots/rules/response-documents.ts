import { attribute } from '../../protocol/xml/index.ts';
import { NAMESPACES } from '../namespaces.ts';
import type { EdmVersionName } from '../versions.ts';
import {
  attributeThat,
  codeOf,
  filledChild,
  has,
  matching,
  normalized,
  one,
  only,
  some,
  text,
  type,
  where,
} from './checks.ts';
import { LANGUAGES, MEDIA_TYPES } from './code-lists.ts';
import { agentIdentifier, closed, language, repository, uuid } from './families.ts';
import {
  CID,
  CLASSIFICATION_PATH,
  CLASSIFICATION_PATH_FIRST,
  DATA_MODEL_PATH,
  DATE,
  EIDAS_IDENTIFIER,
  EIDAS_IDENTIFIER_FIRST,
  URN_UUID,
} from './patterns.ts';
import { inSuccess } from './response-status.ts';
import { fatal, FIRST_ONLY, mild } from './rule.ts';
import type { Placed, Rule } from './rule.ts';

type Versions = readonly EdmVersionName[];

const needsModel = where(
  (placed, { select }) =>
    ['application/xml', 'application/json'].includes(select('sdg:Format', placed)[0]?.element.content ?? ''),
  some('sdg:ConformsTo'),
);

const isDocument = ({ element }: Placed): boolean =>
  !['rim:AssociationType', 'rim:RegistryPackageType'].includes(
    attribute(element, 'type', NAMESPACES.xsi) ?? '',
  );

/** The objects of a list: whatever stands in it in EDM 1.x, what is no association in a package of 2.0. */
export function documents(versions: Versions, list: string): readonly Rule[] {
  const at = `${list}/rim:RegistryObject`;
  const slot = 'rim:Slot(EvidenceMetadata)';
  const link = `${at}/rim:RepositoryItemRef`;
  return [
    fatal('R-EDM-RESP-S015', versions, at, where(isDocument, one(slot)), 'A document has its metadata.'),
    fatal(
      'R-EDM-RESP-S024',
      versions,
      `${at}/${slot}/rim:SlotValue`,
      type('AnyValueType'),
      'The value of the slot EvidenceMetadata is a rim:AnyValueType.',
    ),
    fatal(
      'R-EDM-RESP-S029',
      versions,
      `${at}/${slot}/rim:SlotValue`,
      some('sdg:Evidence'),
      'There is an sdg:Evidence inside.',
    ),
    fatal(
      'R-EDM-RESP-S033',
      versions,
      at,
      where(isDocument, inSuccess(some('rim:RepositoryItemRef'))),
      'A document names the message part that holds it.',
    ),
    fatal(
      'R-EDM-RESP-S034',
      versions,
      link,
      inSuccess(has('xlink:href')),
      'The reference to the part has an address.',
    ),
    fatal(
      'R-EDM-RESP-S035',
      versions,
      link,
      inSuccess(has('xlink:title')),
      'The reference to the part has a title.',
    ),
    fatal('R-EDM-RESP-S036', versions, at, inSuccess(has('id')), 'An object has an id.'),
    fatal(
      'R-EDM-RESP-S037',
      versions,
      at,
      attributeThat('id', (found) => URN_UUID.test(normalized(found))),
      'The id of an object is urn:uuid: and a UUID.',
    ),
    fatal(
      'R-EDM-RESP-C042',
      versions,
      link,
      attributeThat('xlink:href', (found) => CID.test(found)),
      'The address of a part is cid: and its Content-ID, with one @.',
    ),
    ...metadata(versions, `${at}/${slot}/rim:SlotValue/sdg:Evidence`),
  ];
}

function metadata(versions: Versions, at: string): readonly Rule[] {
  const first = versions.includes('1.0') ? FIRST_ONLY : [];
  const later = versions.filter((version) => version !== '1.0');
  return [
    fatal('R-EDM-RESP-C015', versions, `${at}/sdg:Identifier`, uuid, 'The evidence is known by a UUID.'),
    ...dates(versions, {
      'R-EDM-RESP-C016': `${at}/sdg:IssuingDate`,
      'R-EDM-RESP-C040': `${at}/sdg:ValidityPeriod/sdg:StartDate`,
      'R-EDM-RESP-C041': `${at}/sdg:ValidityPeriod/sdg:EndDate`,
    }),
    ...conformance(versions, `${at}/sdg:IsConformantTo`),
    ...distribution(versions, `${at}/sdg:Distribution`),
    ...naturalSubject(versions, first, later, `${at}/sdg:IsAbout/sdg:NaturalPerson`),
    ...legalSubject(versions, first, later, `${at}/sdg:IsAbout/sdg:LegalPerson`),
    ...agentIdentifier(versions, `${at}/sdg:IssuingAuthority`, 'R-EDM-RESP-C038', 'R-EDM-RESP-C039'),
  ];
}

function dates(versions: Versions, rows: Readonly<Record<string, string>>): readonly Rule[] {
  return Object.entries(rows).map(([id, at]) =>
    fatal(id, versions, at, matching(DATE), 'The date is YYYY-MM-DD.'),
  );
}

const CLASSIFICATIONS = {
  '1.0': CLASSIFICATION_PATH_FIRST,
  '1.1': CLASSIFICATION_PATH,
  '1.2': CLASSIFICATION_PATH,
  '2.0': CLASSIFICATION_PATH,
};

function conformance(versions: Versions, at: string): readonly Rule[] {
  return [
    closed('R-EDM-RESP-S030', versions, at, 'sdg:EvidenceTypeClassification', 'sdg:Title', 'sdg:Description'),
    fatal(
      'R-EDM-RESP-C017',
      versions,
      `${at}/sdg:EvidenceTypeClassification`,
      repository(CLASSIFICATIONS),
      'The classification is the address of an evidence type of a country in the semantic repository.',
    ),
    ...language(versions, `${at}/sdg:Title`, 'R-EDM-RESP-C019', 'R-EDM-RESP-C018'),
    ...language(versions, `${at}/sdg:Description`, 'R-EDM-RESP-C021', 'R-EDM-RESP-C020'),
  ];
}

function distribution(versions: Versions, at: string): readonly Rule[] {
  return [
    fatal(
      'R-EDM-RESP-C022',
      versions,
      `${at}/sdg:ConformsTo`,
      repository(DATA_MODEL_PATH),
      'The data model is one of the semantic repository.',
    ),
    fatal(
      'R-EDM-RESP-C023',
      versions,
      `${at}/sdg:Format`,
      codeOf(MEDIA_TYPES),
      'The format is a media type of the list OOTSMediaTypes.',
    ),
    fatal(
      'R-EDM-RESP-C026',
      versions,
      `${at}/sdg:Language`,
      codeOf(LANGUAGES),
      'The language is a code of the list LanguageCode.',
    ),
    fatal(
      'R-EDM-RESP-C043',
      versions.filter((version) => version !== '2.0'),
      `${at}/sdg:Transformation`,
      repository(DATA_MODEL_PATH),
      'The transformation is one of the semantic repository.',
    ),
    fatal(
      'R-EDM-RESP-C044',
      versions,
      at,
      needsModel,
      'A structured format (XML, JSON) names its data model.',
    ),
  ];
}

const FIRST_FORM = 'The identifier has the form XX/YY/123456789.';
const LATER_FORM =
  'The identifier is two countries of the exchange and at least six characters: XX/YY/123456.';

/** The identifier of a person: its form in the first version and later, its scheme. */
function eidas(
  [versions, first, later]: readonly [Versions, Versions, Versions],
  at: string,
  [form, present, fixed]: readonly [string, string, string],
): readonly Rule[] {
  return [
    fatal(form, first, at, matching(EIDAS_IDENTIFIER_FIRST), FIRST_FORM),
    fatal(
      form,
      later,
      at,
      text((found) => EIDAS_IDENTIFIER.test(found)),
      LATER_FORM,
    ),
    fatal(present, versions, at, has('schemeID'), 'The identifier names its scheme.'),
    fatal(
      fixed,
      versions,
      at,
      attributeThat('schemeID', (found) => found === 'eidas'),
      'The scheme is eidas.',
    ),
  ];
}

function naturalSubject(versions: Versions, first: Versions, later: Versions, at: string): readonly Rule[] {
  const should = 'The person should have an identifier.';
  return [
    mild('warning', fatal('R-EDM-RESP-C027', versions, at, filledChild('sdg:Identifier'), should)),
    ...eidas([versions, first, later], `${at}/sdg:Identifier`, [
      'R-EDM-RESP-C028',
      'R-EDM-RESP-C030',
      'R-EDM-RESP-C031',
    ]),
    ...dates(versions, { 'R-EDM-RESP-C032': `${at}/sdg:DateOfBirth` }),
    fatal(
      'R-EDM-RESP-S041',
      versions,
      at,
      only('sdg:Identifier', 'sdg:FamilyName', 'sdg:GivenName', 'sdg:DateOfBirth', 'sdg:PlaceOfBirth'),
      'A response repeats of a natural person the identifier, names, date and place of birth only.',
    ),
  ];
}

function legalSubject(versions: Versions, first: Versions, later: Versions, at: string): readonly Rule[] {
  const identified = filledChild('sdg:LegalPersonIdentifier');
  return [
    mild(
      'warning',
      fatal('R-EDM-RESP-C033', first, at, identified, 'The legal person should have an identifier.'),
    ),
    fatal('R-EDM-RESP-C033', later, at, identified, 'The legal person has an identifier.'),
    ...eidas([versions, first, later], `${at}/sdg:LegalPersonIdentifier`, [
      'R-EDM-RESP-C035',
      'R-EDM-RESP-C036',
      'R-EDM-RESP-C037',
    ]),
    fatal(
      'R-EDM-RESP-S042',
      versions,
      at,
      only('sdg:LegalPersonIdentifier', 'sdg:LegalName'),
      'A response repeats of a legal person the identifier and name only.',
    ),
  ];
}
