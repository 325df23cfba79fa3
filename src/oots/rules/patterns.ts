import type { EdmVersionName } from '../versions.ts';
import { OOTS_COUNTRIES } from './code-lists.ts';

const HEX = '[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}';

/** A UUID; its version and variant are not looked at. */
export const UUID = new RegExp(`^${HEX}$`, 'i');

/** A UUID as the first version had it: anything may stand before it. */
export const UUID_FIRST = new RegExp(`${HEX}$`, 'i');

/** A UUID as the id of an object. */
export const URN_UUID = new RegExp(`^urn:uuid:${HEX}$`, 'i');

/** A time as the rules look at it: date, T and time to the second, with anything around. */
export const DATE_TIME = /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}/;

export const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}/;

export const HTTPS = /^https:\/\//i;

/** The semantic repository of an environment; drafts of EDM 1.0 had another host. */
const REPOSITORY: Readonly<Record<EdmVersionName, string>> = {
  '1.0': 'https://sr(\\.[a-zA-Z]+)?\\.oots\\.tech(\\.ec)?\\.europa\\.eu',
  '1.1': 'https://sr(\\.[a-zA-Z]+)?\\.oots\\.tech\\.ec\\.europa\\.eu',
  '1.2': 'https://sr(\\.[a-zA-Z]+)?\\.oots\\.tech\\.ec\\.europa\\.eu',
  '2.0': 'https://sr(\\.[a-zA-Z]+)?\\.oots\\.tech\\.ec\\.europa\\.eu',
};

const patterns = new Map<string, RegExp>();

/** A pattern of what stands behind the host of the semantic repository. */
export function inRepository(version: EdmVersionName, path: string): RegExp {
  const source = `^${REPOSITORY[version]}${path}`;
  const known = patterns.get(source) ?? new RegExp(source);
  patterns.set(source, known);
  return known;
}

export const REQUIREMENT_PATH = `/requirements/${HEX}$`;

const COUNTRY = [...OOTS_COUNTRIES.codes].join('|');

export const CLASSIFICATION_PATH = `/evidencetypeclassifications/(oots|${COUNTRY})/${HEX}$`;

/** In the first version the country was any two letters. */
export const CLASSIFICATION_PATH_FIRST = `/evidencetypeclassifications/[a-zA-Z]{2}/${HEX}$`;

export const DATA_MODEL_PATH = '/(datamodels|distributions)/';

export const CODE_LIST_PATH = '/codelists/[A-Z]{2}/[A-Za-z0-9]{2,50}$';

/** `XX/YY/` and at least six more characters (R-EDM-REQ-C040). */
export const EIDAS_IDENTIFIER = new RegExp(`((${COUNTRY})/){2}\\S{6,256}$`, 'i');

/** The same as the first version had it (R-EDM-REQ-C039). */
export const EIDAS_IDENTIFIER_FIRST = /[a-z]{2}\/[a-z]{2}\/[a-z0-9]{6,}/i;

/** A Content-ID as a link (R-EDM-RESP-C042). */
export const CID = /^cid:[^@\s]+@[^@\s]+$/;
