import { attribute, children, element, escapeText, textOf } from '../../protocol/xml/index.ts';
import { unfit } from '../codec/codec.ts';
import type { ElementCodec } from '../codec/codec.ts';
import { any, attr, maybe, one, ownText, some, TEXT } from '../codec/members.ts';
import { structure } from '../codec/structure.ts';
import type { Members } from '../codec/structure.ts';
import type { Address, Agent, Identifier, Jurisdiction, LocalizedText } from '../model/basics.ts';
import type { LegalPerson, NaturalPerson, SectorSpecificAttribute } from '../model/persons.ts';
import type {
  DataServiceEvidenceType,
  EvidenceProviderClassification,
  RequestedDistribution,
  Requirement,
  SupportedValue,
} from '../model/request.ts';
import type {
  Distribution,
  EvidenceMetadata,
  EvidenceSubject,
  EvidenceType,
  Period,
} from '../model/response.ts';

/** The elements of the SDG model, in the order of its profile; those of one version only stand where that has them. */
export const IDENTIFIER = structure<Identifier>({ value: ownText(), scheme: attr('schemeID') });

const LOCALIZED = structure<LocalizedText>({ text: ownText(), lang: attr('lang') });

const ADDRESS = structure<Address>({
  fullAddress: maybe('sdg:FullAddress', TEXT),
  locatorDesignator: maybe('sdg:LocatorDesignator', TEXT),
  postCode: maybe('sdg:PostCode', TEXT),
  postCityName: maybe('sdg:PostCityName', TEXT),
  thoroughfare: maybe('sdg:Thoroughfare', TEXT),
  country: one('sdg:AdminUnitLevel1', TEXT),
  region: maybe('sdg:AdminUnitLevel2', TEXT),
});

const JURISDICTION = structure<Jurisdiction>({
  country: one('sdg:AdminUnitLevel1', TEXT),
  region: maybe('sdg:AdminUnitLevel2', TEXT),
  municipality: maybe('sdg:AdminUnitLevel3', TEXT),
});

export const AGENT = structure<Agent>({
  identifier: one('sdg:Identifier', IDENTIFIER),
  names: some('sdg:Name', LOCALIZED),
  address: maybe('sdg:Address', ADDRESS),
  jurisdiction: maybe('sdg:Jurisdiction', JURISDICTION),
  classification: maybe('sdg:Classification', TEXT),
});

export const REQUIREMENT = structure<Requirement>({
  identifier: one('sdg:Identifier', IDENTIFIER),
  names: some('sdg:Name', LOCALIZED),
  descriptions: any('sdg:Description', LOCALIZED),
});

const SUPPORTED_VALUE = structure<SupportedValue>({
  strings: any('sdg:StringValue', TEXT),
  dates: any('sdg:DateValue', TEXT),
  booleans: any('sdg:BooleanValue', TEXT),
});

export const PROVIDER_CLASSIFICATION = structure<EvidenceProviderClassification>({
  identifier: one('sdg:Identifier', IDENTIFIER),
  type: maybe('sdg:Type', TEXT),
  valueExpression: maybe('sdg:ValueExpression', TEXT),
  descriptions: any('sdg:Description', LOCALIZED),
  supportedValue: maybe('sdg:SupportedValue', SUPPORTED_VALUE),
});

const ATTRIBUTE = structure<SectorSpecificAttribute>({
  name: one('sdg:AttributeName', TEXT),
  uri: one('sdg:AttributeURI', TEXT),
  value: one('sdg:AttributeValue', TEXT),
});

/** A name, with its non-Latin writing as a peculiarity. */
const PERSON_NAME: ElementCodec<string> = {
  read(found, place, reading) {
    const [other] = found.attrs.filter(
      ({ name, namespaceUri }) => name !== 'nonLatin' || namespaceUri !== '',
    );
    if (other === undefined && children(found).length === 0) return textOf(found);
    return unfit(reading, { check: 'text-only', field: place, expected: 'a name' });
  },
  write: (name, value, _writing, aside) => element(name, { nonLatin: aside }, escapeText(value)),
  aside: (found) => attribute(found, 'nonLatin'),
};

export const NATURAL_PERSON = structure<NaturalPerson>({
  levelOfAssurance: maybe('sdg:LevelOfAssurance', TEXT),
  identifier: maybe('sdg:Identifier', IDENTIFIER),
  familyName: one('sdg:FamilyName', PERSON_NAME),
  givenName: one('sdg:GivenName', PERSON_NAME),
  dateOfBirth: one('sdg:DateOfBirth', TEXT),
  birthName: maybe('sdg:BirthName', PERSON_NAME),
  placeOfBirth: maybe('sdg:PlaceOfBirth', TEXT),
  countryOfBirth: maybe('sdg:CountryOfBirth', TEXT),
  townOfBirth: maybe('sdg:TownOfBirth', TEXT),
  nationalities: any('sdg:Nationality', TEXT),
  countryOfResidence: maybe('sdg:CountryOfResidence', TEXT),
  currentAddress: maybe('sdg:CurrentAddress', ADDRESS),
  gender: maybe('sdg:Gender', TEXT),
  phoneNumber: maybe('sdg:PhoneNumber', TEXT),
  emailAddress: maybe('sdg:EmailAddress', TEXT),
  attributes: any('sdg:SectorSpecificAttribute', ATTRIBUTE),
});

export const LEGAL_PERSON = structure<LegalPerson>({
  levelOfAssurance: maybe('sdg:LevelOfAssurance', TEXT),
  identifiers: any('sdg:Identifier', IDENTIFIER),
  legalPersonIdentifier: maybe('sdg:LegalPersonIdentifier', IDENTIFIER),
  legalName: one('sdg:LegalName', PERSON_NAME),
  registeredAddress: maybe('sdg:RegisteredAddress', ADDRESS),
  legalPhoneNumber: maybe('sdg:LegalPhoneNumber', TEXT),
  legalEmailAddress: maybe('sdg:LegalEmailAddress', TEXT),
  attributes: any('sdg:SectorSpecificAttribute', ATTRIBUTE),
});

const REQUESTED_DISTRIBUTION = structure<RequestedDistribution>({
  format: one('sdg:Format', TEXT),
  conformsTo: maybe('sdg:ConformsTo', TEXT),
  transformation: maybe('sdg:Transformation', TEXT),
  languages: any('sdg:Language', TEXT),
  associatedDocuments: any('sdg:AssociatedDocumentRequest', TEXT),
});

export const DATA_SERVICE_EVIDENCE_TYPE = structure<DataServiceEvidenceType>({
  identifier: one('sdg:Identifier', IDENTIFIER),
  evidenceTypeClassification: one('sdg:EvidenceTypeClassification', TEXT),
  titles: some('sdg:Title', LOCALIZED),
  descriptions: any('sdg:Description', LOCALIZED),
  distributedAs: any('sdg:DistributedAs', REQUESTED_DISTRIBUTION),
});

const SUBJECT = structure<EvidenceSubject>({
  naturalPerson: maybe('sdg:NaturalPerson', NATURAL_PERSON),
  legalPerson: maybe('sdg:LegalPerson', LEGAL_PERSON),
});

const EVIDENCE_TYPE: Members<EvidenceType> = {
  evidenceTypeClassification: one('sdg:EvidenceTypeClassification', TEXT),
  titles: some('sdg:Title', LOCALIZED),
  descriptions: any('sdg:Description', LOCALIZED),
};

const DISTRIBUTION: Members<Distribution> = {
  format: one('sdg:Format', TEXT),
  languages: any('sdg:Language', TEXT),
  conformsTo: maybe('sdg:ConformsTo', TEXT),
  transformation: maybe('sdg:Transformation', TEXT),
};

const PERIOD: Members<Period> = {
  startDate: one('sdg:StartDate', TEXT),
  endDate: one('sdg:EndDate', TEXT),
};

export const EVIDENCE = structure<EvidenceMetadata>({
  identifier: one('sdg:Identifier', TEXT),
  isAbout: maybe('sdg:IsAbout', SUBJECT),
  issuingAuthority: maybe('sdg:IssuingAuthority', AGENT),
  isConformantTo: maybe('sdg:IsConformantTo', structure(EVIDENCE_TYPE)),
  issuingDate: maybe('sdg:IssuingDate', TEXT),
  distribution: maybe('sdg:Distribution', structure(DISTRIBUTION)),
  validityPeriod: maybe('sdg:ValidityPeriod', structure(PERIOD)),
});
