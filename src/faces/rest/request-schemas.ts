import { z } from 'zod';
import { text, value } from './text.ts';

/** A text of a document, which may go over several lines. */
const words = value.min(1);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day like 2026-05-31');
const some = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(100);

/** What the model has no name for may be given back only where it is plain text: names in another script. */
const kept = z.strictObject({ asides: z.record(z.string().max(100), value) }).optional();

/** `"…"` stands for a value without scheme. */
const identifier = z.union([
  text.transform((one) => ({ value: one })),
  z.strictObject({ value: text, scheme: text.optional() }),
]);

/** `"…"` stands for one English text. */
const localized = z.union([
  words.transform((one) => [{ text: one, lang: 'EN' }]),
  some(z.strictObject({ text: words, lang: text.optional() })),
]);

const address = z.strictObject({
  fullAddress: words.optional(),
  locatorDesignator: words.optional(),
  postCode: words.optional(),
  postCityName: words.optional(),
  thoroughfare: words.optional(),
  country: text,
  region: text.optional(),
});

const jurisdiction = z.strictObject({
  country: text,
  region: text.optional(),
  municipality: text.optional(),
});

/** An organisation that takes part. */
export const agent = z.strictObject({
  identifier,
  names: localized,
  address: address.optional(),
  jurisdiction: jurisdiction.optional(),
  classification: text.optional(),
});

const attribute = z.strictObject({ name: text, uri: text, value });

const naturalPerson = z.strictObject({
  levelOfAssurance: text.optional(),
  identifier: identifier.optional(),
  familyName: words,
  givenName: words,
  dateOfBirth: day,
  birthName: words.optional(),
  placeOfBirth: words.optional(),
  countryOfBirth: text.optional(),
  townOfBirth: words.optional(),
  nationalities: some(text).optional(),
  countryOfResidence: text.optional(),
  currentAddress: address.optional(),
  gender: text.optional(),
  phoneNumber: text.optional(),
  emailAddress: text.optional(),
  attributes: some(attribute).optional(),
  kept,
});

const legalPerson = z.strictObject({
  levelOfAssurance: text.optional(),
  identifiers: some(identifier).optional(),
  legalPersonIdentifier: identifier.optional(),
  legalName: words,
  registeredAddress: address.optional(),
  legalPhoneNumber: text.optional(),
  legalEmailAddress: text.optional(),
  attributes: some(attribute).optional(),
  kept,
});

const distribution = z.strictObject({
  format: text,
  conformsTo: text.optional(),
  transformation: text.optional(),
  languages: some(text).optional(),
  associatedDocuments: some(text).optional(),
});

const evidenceType = z.strictObject({
  identifier,
  evidenceTypeClassification: text,
  titles: localized,
  descriptions: localized.optional(),
  distributedAs: some(distribution).optional(),
});

const supportedValue = z.strictObject({
  strings: some(words).optional(),
  dates: some(day).optional(),
  booleans: some(z.enum(['true', 'false'])).optional(),
});

const classification = z.strictObject({
  identifier,
  type: text.optional(),
  valueExpression: text.optional(),
  descriptions: localized.optional(),
  supportedValue: supportedValue.optional(),
});

const requirement = z.strictObject({ identifier, names: localized, descriptions: localized.optional() });

/** An evidence request as a portal asks for it (`RequestContent`). */
export const evidenceRequest = z.strictObject({
  id: text.optional(),
  lang: text.optional(),
  issueDateTime: text.optional(),
  procedure: z
    .union([text.transform((code) => ({ code })), z.strictObject({ code: text, lang: text.optional() })])
    .optional(),
  possibilityForPreview: z.boolean().optional(),
  explicitRequestGiven: z.boolean().optional(),
  requirements: some(requirement).optional(),
  evidenceRequester: some(agent).optional(),
  evidenceProvider: agent.optional(),
  evidenceProviderClassifications: some(classification).optional(),
  query: z.strictObject({
    evidenceRequest: evidenceType.optional(),
    naturalPerson: naturalPerson.optional(),
    legalPerson: legalPerson.optional(),
    authorizedRepresentative: naturalPerson.optional(),
    authorizedRepresentativeLegalPerson: legalPerson.optional(),
  }),
});

const subject = z.strictObject({
  naturalPerson: naturalPerson.optional(),
  legalPerson: legalPerson.optional(),
});

/** What is said of a document of an answer (`EvidenceMetadata`); everything may be left out. */
export const evidenceMetadata = z.strictObject({
  identifier: text.optional(),
  isAbout: subject.optional(),
  issuingAuthority: agent.optional(),
  isConformantTo: z
    .strictObject({
      evidenceTypeClassification: text,
      titles: localized,
      descriptions: localized.optional(),
    })
    .optional(),
  issuingDate: day.optional(),
  distribution: z
    .strictObject({
      format: text,
      languages: some(text).optional(),
      conformsTo: text.optional(),
      transformation: text.optional(),
    })
    .optional(),
  validityPeriod: z.strictObject({ startDate: day, endDate: day }).optional(),
});

/** `"…"` stands for one English text, as RegRep writes it. */
export const localizedStrings = z.union([
  words.transform((one) => [{ value: one, lang: 'EN' }]),
  some(z.strictObject({ value: words, lang: text.optional() })),
]);

/** An identifier, for an access point. */
export const accessPoint = identifier;
