/** A version of the Exchange Data Model, as MAJOR.MINOR; corrections of the Technical Design Documents do not count. */
export type EdmVersionName = '1.0' | '1.1' | '1.2' | '2.0';

/** What is different from one version of the Exchange Data Model to another; everything else is the same in all. */
export interface EdmVersion {
  readonly name: EdmVersionName;
  /** Value of the slot `SpecificationIdentifier`, in 2.0 also of the header property `SpecificationId` (TDD 4.7 2.6.2). */
  readonly specification: string;
  /** Message properties of the ebMS header, no more and no fewer (R-EDM-ebMS-018, -019). */
  readonly headerProperties: readonly string[];
  /** Type of the slot `Procedure` (R-EDM-REQ-S022). */
  readonly procedureType: 'InternationalStringValueType' | 'StringValueType';
  /** Slots of a request that this version does not have. */
  readonly missingRequestSlots: readonly string[];
  /** `xml:lang` on the request (R-EDM-REQ-C069); later the language belongs to the distribution. */
  readonly requestLanguage: boolean;
  /** How many distributions a request may ask for (R-EDM-REQ-C032). */
  readonly distributions: { readonly min: number; readonly max: number };
  /** The return address after a preview: appended to the link, or a slot of the second request (R-EDM-REQ-S061). */
  readonly returnAddress: 'query-parameters' | 'slot';
  /** HTTP methods a preview link may be opened with; none where the slot `PreviewMethod` is gone (R-EDM-ERR-C021). */
  readonly previewMethods: readonly string[];
  /** Documents directly in the list, or packages of classified documents (R-EDM-RESP-S066). */
  readonly evidence: 'flat' | 'packaged';
  /** Elements a requirement may have (R-EDM-REQ-S038). */
  readonly requirementElements: readonly string[];
  /** Name of the schema (schemas/xml/edm). */
  readonly schema: 'edm-1.0' | 'edm-1.1' | 'edm-2.0';
}

const FOUR_CORNERS = ['originalSender', 'finalRecipient'];

const FIRST: EdmVersion = {
  name: '1.0',
  specification: 'oots-edm:v1.0',
  headerProperties: FOUR_CORNERS,
  procedureType: 'InternationalStringValueType',
  missingRequestSlots: ['ReturnLocation', 'AuthorizedRepresentativeLegalPerson'],
  requestLanguage: true,
  distributions: { min: 0, max: 1 },
  returnAddress: 'query-parameters',
  previewMethods: ['GET', 'POST'],
  evidence: 'flat',
  requirementElements: ['Identifier', 'Name'],
  schema: 'edm-1.0',
};

/** The versions that are read, written and checked: each is the one before with its differences (TDD 1.0.6 to 2.0.1). */
export const EDM_VERSIONS: Readonly<Record<EdmVersionName, EdmVersion>> = {
  '1.0': FIRST,
  '1.1': {
    ...FIRST,
    name: '1.1',
    specification: 'oots-edm:v1.1',
    missingRequestSlots: ['ReturnLocation'],
    schema: 'edm-1.1',
  },
  '1.2': {
    ...FIRST,
    name: '1.2',
    specification: 'oots-edm:v1.2',
    missingRequestSlots: ['ReturnLocation'],
    schema: 'edm-1.1',
    previewMethods: ['GET', 'POST', 'PUT'],
  },
  '2.0': {
    name: '2.0',
    specification: 'oots-edm:v2.0',
    headerProperties: [...FOUR_CORNERS, 'ExchangeId', 'SpecificationId'],
    procedureType: 'StringValueType',
    missingRequestSlots: [],
    requestLanguage: false,
    distributions: { min: 1, max: Infinity },
    returnAddress: 'slot',
    previewMethods: [],
    evidence: 'packaged',
    requirementElements: ['Identifier', 'Name', 'Description'],
    schema: 'edm-2.0',
  },
};

/** The version that is meant where none is announced, or one that is not known. */
export const LATEST: EdmVersion = EDM_VERSIONS['2.0'];

/** The version a specification identifier names (`oots-edm:v2.0`); undefined for one that is not known. */
export function versionOf(specification: string | undefined): EdmVersion | undefined {
  return Object.values(EDM_VERSIONS).find((version) => version.specification === specification);
}
