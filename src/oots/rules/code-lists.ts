import type { EdmVersion } from '../versions.ts';

/** A list of codes as of a version of it; comparison is exact, capitals count. */
export interface CodeList {
  readonly name: string;
  /** The edition the codes were taken from. */
  readonly edition: string;
  readonly codes: ReadonlySet<string>;
  /** Codes that are accepted by their shape, where the list has more than is kept here. */
  readonly shape?: RegExp;
}

const list = (name: string, edition: string, codes: string, shape?: RegExp): CodeList => ({
  name,
  edition,
  codes: new Set(codes.split(' ').filter((code) => code !== '')),
  ...(shape === undefined ? {} : { shape }),
});

/** True when a list has a code. */
export function hasCode({ codes, shape }: CodeList, code: string): boolean {
  return codes.has(code) || shape?.test(code) === true;
}

const PROCEDURES_1 = list(
  'Procedures',
  '2022-12',
  'R1 S1 T1 T2 T3 U1 U2 U3 U4 V1 V2 V3 V4 W1 W2 X1 X2 X3 X4 X5 X6',
);

const PROCEDURES_2 = list(
  'Procedures',
  '2.0.1',
  'R1 S1 T1 T2 T3 U1 U2 U3 U4 V1 V2 V3 V4 V5 W1 W2 X1 X2 X3 X4 X5 X6 X7 X9 AM1 00',
);

/** The procedures of a version; EDM 1.2 got those of 2.0 with release 1.2.5. */
export function proceduresOf({ name }: EdmVersion): CodeList {
  return name === '1.0' || name === '1.1' ? PROCEDURES_1 : PROCEDURES_2;
}

export const MEDIA_TYPES = list(
  'OOTSMediaTypes',
  '2022-12',
  'application/pdf application/xml application/json image/jpeg image/png image/svg+xml',
);

export const LEVELS_OF_ASSURANCE = list('LevelsOfAssurance', '2022-12', 'Low Substantial High');

export const LEGAL_SCHEMES = list('IdentifierSchemes', '2022-12', 'VAT TAX BusinessCode LEI EORI SEED SIC');

/** eIDAS by words, eIDAS 2 by numbers. */
export const GENDERS = list('Gender', '2.0.1', 'Male Female Unspecified 0 1 2 3 4 5 6 9');

export const EIDAS_GENDERS = list('Gender (eIDAS)', '2.0.1', 'Male Female Unspecified');

export const ASSOCIATED_DOCUMENTS = list(
  'AssociatedDocumentRequest',
  '2.0.1',
  'Annex HumanReadableVersion Translation',
);

export const CLASSIFICATION_TYPES = list(
  'EvidenceProviderClassification types',
  '2.0.1',
  'string boolean codelist',
);

/** Greece is EL. EDM 1.x calls it EEA_Country. */
export const OOTS_COUNTRIES = list(
  'OOTS_Country',
  '2.0.1',
  'AT BE BG HR CY CZ DK EE FI FR DE EL HU IS IE IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE EU',
);

/** ISO 3166-1 with EL for Greece; the list has three-letter codes too, which are accepted by their shape. */
export const COUNTRIES = list(
  'CountryIdentificationCode',
  '2.3',
  'AF AL DZ AS AD AO AI AQ AG AR AM AW AU AT AZ BS BH BD BB BY BE BZ BJ BM BT BO BQ BA BW BV BR IO BN BG BF BI CV KH CM ' +
    'CA KY CF TD CL CN CX CC CO KM CD CG CK CR HR CU CW CY CZ CI DK DJ DM DO EC EG SV GQ ER EE SZ ET FK FO FJ FI FR GF ' +
    'PF TF GA GM GE DE GH GI EL GL GD GP GU GT GG GN GW GY HT HM VA HN HK HU IS IN ID IR IQ IE IM IL IT JM JP JE JO KZ ' +
    'KE KI KP KR KW KG LA LV LB LS LR LY LI LT LU MO MG MW MY MV ML MT MH MQ MR MU YT MX FM MD MC MN ME MS MA MZ MM NA ' +
    'NR NP NL NC NZ NI NE NG NU NF MK MP NO OM PK PW PS PA PG PY PE PH PN PL PT PR QA RO RU RW RE BL SH KN LC MF PM VC ' +
    'WS SM ST SA SN RS SC SL SG SX SK SI SB SO ZA GS SS ES LK SD SR SJ SE CH SY TW TJ TZ TH TL TG TK TO TT TN TR TM TC ' +
    'TV UG UA AE GB UM US UY UZ VU VE VN VG VI WF EH YE ZM ZW AX',
  /^[A-Z]{3}$/,
);

/** Only the shape of a NUTS code is checked: a country and up to three characters. */
export const NUTS = list('NUTS', 'shape', '', /^[A-Z]{2}[A-Z0-9]{1,3}$/);

/** ISO 639-1 in capitals; the list has the codes of ISO 639-2 too, which are accepted by their shape. */
export const LANGUAGES = list(
  'LanguageCode',
  '2.3',
  'AA AB AE AF AK AM AN AR AS AV AY AZ BA BE BG BH BI BM BN BO BR BS CA CE CH CO CR CS CU CV CY DA DE DV DZ EE EL EN EO ' +
    'ES ET EU FA FF FI FJ FO FR FY GA GD GL GN GU GV HA HE HI HO HR HT HU HY HZ IA ID IE IG II IK IO IS IT IU JA JV KA ' +
    'KG KI KJ KK KL KM KN KO KR KS KU KV KW KY LA LB LG LI LN LO LT LU LV MG MH MI MK ML MN MR MS MT MY NA NB ND NE NG ' +
    'NL NN NO NR NV NY OC OJ OM OR OS PA PI PL PS PT QU RM RN RO RU RW SA SC SD SE SG SI SK SL SM SN SO SQ SR SS ST SU ' +
    'SV SW TA TE TG TH TI TK TL TN TO TR TS TT TW TY UG UK UR UZ VE VI VO WA WO XH YI YO ZA ZH ZU',
  /^[A-Z]{3}$/,
);

/** Electronic address schemes: those of the first edition and those of 2.0.1 together, so that no edition is refused. */
export const EAS = list(
  'EAS',
  '2022-03 and 2.0.1',
  '0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 0191 0192 ' +
    '0193 0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 0217 0218 0221 ' +
    '0225 0230 0235 0240 0244 9901 9906 9907 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 ' +
    '9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 ' +
    '9953 9955 9957 9959 AN AQ AS AU EM',
);

const EAS_PREFIX = 'urn:cef.eu:names:identifier:EAS:';
const UNREGISTERED_PREFIX = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered';

/**
 * True for a scheme an organisation's identifier may have (R-EDM-REQ-C012 and its like): a registered one, or the
 * unregistered one of a country, or of `oots` for trials. EDM 1.0 looked at the beginning only.
 */
export function isAgentScheme(scheme: string, { name }: EdmVersion): boolean {
  if (scheme.startsWith(EAS_PREFIX)) return hasCode(EAS, scheme.slice(EAS_PREFIX.length));
  if (!scheme.startsWith(UNREGISTERED_PREFIX)) return false;
  const code = scheme.slice(UNREGISTERED_PREFIX.length + 1);
  return name === '1.0' || code === 'oots' || hasCode(OOTS_COUNTRIES, code);
}
