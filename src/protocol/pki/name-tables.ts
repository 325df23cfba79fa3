/** Attribute types RFC 2253 gives a keyword; anything else is written as OID=#hex on the wire, as Java does. */
const WIRE_KEYWORDS: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
};

/** Further attribute types by the name people know. */
const DISPLAY_KEYWORDS: Readonly<Record<string, string>> = {
  ...WIRE_KEYWORDS,
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'GN',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/** Spellings of attribute types by Java, .NET, OpenSSL and Bouncy Castle, lower case, beside the display keywords. */
const OTHER_SPELLINGS: Readonly<Record<string, string>> = {
  commonname: '2.5.4.3',
  country: '2.5.4.6',
  countryname: '2.5.4.6',
  localityname: '2.5.4.7',
  s: '2.5.4.8',
  stateorprovincename: '2.5.4.8',
  streetaddress: '2.5.4.9',
  organizationname: '2.5.4.10',
  organizationalunitname: '2.5.4.11',
  userid: '0.9.2342.19200300.100.1.1',
  domaincomponent: '0.9.2342.19200300.100.1.25',
  surname: '2.5.4.4',
  t: '2.5.4.12',
  givenname: '2.5.4.42',
  g: '2.5.4.42',
  dnq: '2.5.4.46',
  'oid.2.5.4.97': '2.5.4.97',
  organizationidentifier: '2.5.4.97',
  e: '1.2.840.113549.1.9.1',
  email: '1.2.840.113549.1.9.1',
};

const BY_SPELLING: ReadonlyMap<string, string> = new Map([
  ...Object.entries(DISPLAY_KEYWORDS).map(([oid, keyword]) => [keyword.toLowerCase(), oid] as const),
  ...Object.entries(OTHER_SPELLINGS),
]);

/** How names are spelled: `wire` for `ds:X509IssuerName`, `display` for people. */
export type NameSpelling = 'wire' | 'display';

/** The keyword of an attribute type in a spelling; undefined when it has none. */
export function keywordOf(oid: string, spelling: NameSpelling): string | undefined {
  return (spelling === 'wire' ? WIRE_KEYWORDS : DISPLAY_KEYWORDS)[oid];
}

/** The dotted OID of an attribute type however it is spelled (`cn`, `OID.2.5.4.3`, `2.5.4.3`); undefined when unknown. */
export function attributeTypeOf(spelling: string): string | undefined {
  const text = spelling.trim().toLowerCase();
  return BY_SPELLING.get(text) ?? /^(?:oid\.)?(\d+(?:\.\d+)+)$/.exec(text)?.[1];
}
