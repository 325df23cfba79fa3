import { EDM_VERSIONS } from '../../../oots/index.ts';
import type {
  AccessService,
  BrokerRequirement,
  DataService,
  EdmVersionName,
  Identifier,
  LocalizedText,
} from '../../../oots/index.ts';
import { COUNTRIES, PARTIES, PARTY_TYPE } from '../gateways/pair-files.ts';
import type { DirectoryContent } from './directory-answers.ts';

/** How a provider of the demonstration answers. */
export type DemoOutcome = 'straight' | 'preview';

/** Application for a place at a public university (list Procedures). */
export const PROCEDURE = 'T2';

/** Where the procedure is, and where the evidence comes from. */
export const PROCEDURE_COUNTRY = COUNTRIES[PARTIES[0]];
export const EVIDENCE_COUNTRY = COUNTRIES[PARTIES[1]];

const REPOSITORY = 'https://sr.oots.tech.ec.europa.eu';
const EAS_OF_PORTUGAL = 'urn:cef.eu:names:identifier:EAS:9946';

/** Evidence of the demonstration, and how its providers answer. */
interface DemoEvidence {
  /** Of the file. */
  readonly name: string;
  readonly requirement: string;
  readonly requirementName: string;
  readonly classification: string;
  readonly title: string;
  readonly office: string;
  readonly outcome: DemoOutcome;
}

/** A register is asked without the citizen looking on; what says who one is goes through a preview. */
export const EVIDENCE: readonly DemoEvidence[] = [
  {
    name: 'school-certificate',
    requirement: `${REPOSITORY}/requirements/5b7f1d0e-3c54-4e0b-9a8e-61d4a2c0f7b3`,
    requirementName: 'Proof of completed secondary education',
    classification: `${REPOSITORY}/evidencetypeclassifications/PT/0c2d9c52-8f63-4c6f-8c35-0d7b5c1f9e48`,
    title: 'School leaving certificate',
    office: 'School Office',
    outcome: 'straight',
  },
  {
    name: 'birth-certificate',
    requirement: `${REPOSITORY}/requirements/c1f7a5d2-5a34-4a51-9d5e-3b6f8e2a7c10`,
    requirementName: 'Proof of birth',
    classification: `${REPOSITORY}/evidencetypeclassifications/PT/6b1f0a52-7d0c-4a7f-9b35-2f1c8e4d9a10`,
    title: 'Birth certificate',
    office: 'Civil Registry',
    outcome: 'preview',
  },
];

/** A town whose offices speak one version, though the access point behind them is the same. */
const TOWNS: readonly { readonly name: string; readonly number: string; readonly version: EdmVersionName }[] =
  [
    { name: 'Oldport', number: 'PT50890123', version: '2.0' },
    { name: 'Eastport', number: 'PT50776655', version: '1.2' },
  ];

const en = (text: string): readonly LocalizedText[] => [{ text, lang: 'EN' }];

/** An office that gives one kind of evidence. */
export interface DemoOffice {
  readonly title: string;
  readonly office: string;
  readonly outcome: DemoOutcome;
  readonly version: EdmVersionName;
}

/** Every office: for each outcome one in each version. */
export const OFFICES: readonly DemoOffice[] = EVIDENCE.flatMap(({ title, office, outcome }) =>
  TOWNS.map(({ name, version }) => ({ title, office: `${office} of ${name}`, outcome, version })),
);

/** What the simulated common services of the demonstration know. */
export function demoContent(): DirectoryContent {
  return { requirements: EVIDENCE.map(requirementOf), services: EVIDENCE.map(serviceOf) };
}

function requirementOf({
  requirement,
  requirementName,
  classification,
  title,
}: DemoEvidence): BrokerRequirement {
  return {
    identifier: requirement,
    names: en(requirementName),
    descriptions: [],
    procedures: [
      {
        identifier: 'admission-to-university',
        titles: en('Application for admission to a public university'),
        procedures: [PROCEDURE],
        jurisdictions: [{ country: PROCEDURE_COUNTRY }],
      },
    ],
    evidenceTypeLists: [
      {
        identifier: `proof-by-${title}`,
        names: en(title),
        jurisdictions: [{ country: EVIDENCE_COUNTRY }],
        evidenceTypes: [{ classification, titles: en(title), descriptions: [], jurisdictions: [] }],
      },
    ],
  };
}

function serviceOf(evidence: DemoEvidence, index: number): DataService {
  return {
    identifier: '0d8f3a64-3b7e-4f0a-8c52-9f3b1d6e7a2' + String(index),
    classification: evidence.classification,
    titles: en(evidence.title),
    descriptions: [],
    distributions: [{ format: 'application/pdf', languages: ['EN'], conformsTo: [] }],
    accessServices: TOWNS.map((town): AccessService => ({
      identifier: { value: PARTIES[1], scheme: PARTY_TYPE },
      names: en(`Access point of ${town.name}`),
      conformsTo: [EDM_VERSIONS[town.version].specification],
      publishers: [
        {
          identifier: officeId(town.number, index),
          names: en(`${evidence.office} of ${town.name}`),
          jurisdictions: [{ country: EVIDENCE_COUNTRY }],
        },
      ],
    })),
    levelOfAssurance: 'Substantial',
  };
}

function officeId(number: string, index: number): Identifier {
  return { value: `${number}${index}`, scheme: EAS_OF_PORTUGAL };
}
