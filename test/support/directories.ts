import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeDirectoryIdentity } from '../../src/development-pki.ts';
import { startDirectory } from '../../src/faces/demo/index.ts';
import type { DirectoryContent } from '../../src/faces/demo/index.ts';
import type { MshEvent } from '../../src/msh/index.ts';
import { createCommonServices } from '../../src/oots/index.ts';
import type {
  AnswerSigner,
  AnswerTrust,
  BrokerRequirement,
  CommonServices,
  DataService,
  KeepingLimits,
  NaptrRecord,
  ServicePlaces,
} from '../../src/oots/index.ts';
import type { Certificate } from '../../src/protocol/pki/index.ts';
import { createFetcher } from '../../src/world/http/index.ts';
import type { Ending } from './test-pair.ts';

const DAY = 86_400_000;

/** Who signs the answers of a simulated directory, and the anchor he comes from. */
export interface DirectoryIdentity {
  readonly anchor: Certificate;
  readonly signer: AnswerSigner;
  readonly subject: Readonly<Record<string, string>>;
}

/** A signer with an authority of its own, valid from yesterday for a month. */
export async function directoryIdentity(): Promise<DirectoryIdentity> {
  const { anchor, signer } = await makeDirectoryIdentity();
  return { anchor, signer, subject: { CN: 'Simulated directory' } };
}

const en = (text: string) => [{ text, lang: 'EN' }];

/** Identifiers of the content below. */
export const KNOWN = {
  birth: 'https://sr.example/requirements/birth',
  diploma: 'https://sr.example/requirements/diploma',
  birthFi: 'https://sr.example/types/FI/birth',
  nameFi: 'https://sr.example/types/FI/name',
  extractFi: 'https://sr.example/types/FI/extract',
  birthSe: 'https://sr.example/types/SE/birth',
  question: 'urn:question:municipality',
} as const;

const requirement = (
  identifier: string,
  name: string,
  lists: readonly (readonly [country: string, ...types: string[]])[],
): BrokerRequirement => ({
  identifier,
  names: en(name),
  descriptions: en(`${name}, in words`),
  procedures: ['FR', 'DE'].map((country) => ({
    identifier: `${name}-${country}`,
    titles: en(`Procedure of ${country}`),
    procedures: ['T3'],
    jurisdictions: [{ country }],
  })),
  evidenceTypeLists: lists.map(([country, ...types], index) => ({
    identifier: `${name}-${country}-${index}`,
    names: en(`Evidence of ${country}`),
    evidenceTypes: types.map((classification) => ({
      classification,
      titles: en(`Certificate ${classification.split('/').at(-1)}`),
      descriptions: [],
      jurisdictions: [],
    })),
    jurisdictions: [{ country }],
  })),
});

const service = (
  classification: string,
  country: string,
  accessPoint: string,
  ...conformsTo: string[]
): DataService => ({
  identifier: `service of ${accessPoint} for ${classification}`,
  classification,
  titles: en('Extract <of> the register & more'),
  descriptions: [],
  distributions: [{ format: 'application/pdf', languages: ['EN', country], conformsTo: [] }],
  accessServices: [
    {
      identifier: {
        value: accessPoint,
        scheme: `urn:oasis:names:tc:ebcore:partyid-type:unregistered:${country}`,
      },
      names: en(`Access point of ${country}`),
      conformsTo,
      publishers: [
        {
          identifier: { value: `EP_${country}`, scheme: 'urn:cef.eu:names:identifier:EAS:0096' },
          names: en(`Office of ${country}`),
          jurisdictions: [{ country }],
        },
      ],
    },
  ],
  levelOfAssurance: 'Substantial',
});

/** Birth is proven in Finland by one type or by two together; for the third type the user is asked first. */
export const CONTENT: DirectoryContent = {
  requirements: [
    requirement(KNOWN.birth, 'Birth', [
      ['FI', KNOWN.birthFi],
      ['FI', KNOWN.nameFi, KNOWN.extractFi],
      ['SE', KNOWN.birthSe],
    ]),
    requirement(KNOWN.diploma, 'Diploma', []),
  ],
  services: [
    service(KNOWN.birthFi, 'FI', 'AP_FI_03', 'oots-edm:v1.2', 'oots-edm:v2.0', 'oots-edm:v9.0'),
    service(KNOWN.birthFi, 'FI', 'AP_FI_04', 'oots-edm:v9.0'),
    service(KNOWN.extractFi, 'FI', 'AP_FI_03', 'oots-edm:v2.0'),
    service(KNOWN.birthSe, 'SE', 'AP_SE_01', 'oots-edm:v1.0'),
  ],
  questions: {
    [KNOWN.extractFi]: [
      { identifier: KNOWN.question, about: 'classification', type: 'Codelist', descriptions: en('Where?') },
    ],
  },
};

/** A clock that a test moves; it begins now. */
export interface MovedClock {
  now: number;
}

/** A client and what it told. */
export interface TestServices {
  readonly services: CommonServices;
  readonly events: readonly MshEvent[];
  readonly clock: MovedClock;
}

/** How the client of a test differs from the usual one. */
export interface ServicesOptions {
  readonly identity: DirectoryIdentity;
  readonly places: ServicePlaces;
  readonly clock?: MovedClock;
  readonly naptr?: (name: string) => Promise<readonly NaptrRecord[]>;
  readonly keeping?: Partial<KeepingLimits>;
  readonly trust?: Partial<AnswerTrust>;
  readonly timeoutMs?: number;
}

/** A client over real sockets; answers are waited for as long as a busy machine may need. */
export function testServices(ending: Ending, options: ServicesOptions): TestServices {
  const { identity, places, clock = { now: Date.now() }, naptr, timeoutMs = 120_000 } = options;
  const http = createFetcher({ allowPrivate: true, advice: 'Allow it', timeoutMs, maxBytes: 1024 * 1024 });
  ending.after(() => http.close());
  const events: MshEvent[] = [];
  const services = createCommonServices({
    places,
    trust: { anchors: [identity.anchor], subject: identity.subject, ...options.trust },
    keeping: { freshMs: 3_600_000, keepMs: 7 * DAY, entries: 100, bytes: 1_000_000, ...options.keeping },
    http,
    names: { naptr: naptr ?? (() => Promise.resolve([])) },
    observer: { emit: (event) => void events.push(event) },
    now: () => clock.now,
  });
  return { services, events, clock };
}

/** A simulated directory with the content above and what it was asked; its clock is that of the test. */
export async function testDirectory(
  ending: Ending,
  identity: DirectoryIdentity,
  clock: MovedClock,
): Promise<{ readonly url: string; readonly asked: readonly URLSearchParams[]; close(): Promise<void> }> {
  const asked: URLSearchParams[] = [];
  const directory = await startDirectory({
    content: CONTENT,
    signer: identity.signer,
    now: () => new Date(clock.now),
    onAsked: (one) => asked.push(one),
  });
  ending.after(() => directory.close());
  return { url: directory.url, asked, close: () => directory.close() };
}

/** A server that answers as a test says. */
export async function serveAs(
  ending: Ending,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ending.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
