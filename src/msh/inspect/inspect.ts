import { QuoinError } from '../../protocol/errors/index.ts';
import type { Messaging } from '../../protocol/ebms/index.ts';
import { readFault } from '../../protocol/soap/index.ts';
import { namesCertificate, verifySignature } from '../../protocol/wss/index.ts';
import type { ClaimedSecurity } from '../../protocol/wss/index.ts';
import type { Agreements, MshContext } from '../context.ts';
import { receive } from '../receive/receive.ts';
import { readEnvelope } from '../receive/read-envelope.ts';
import type { OpenEnvelope } from '../receive/read-envelope.ts';
import { readClaimedUnits } from '../receive/read-messaging.ts';
import { securityOf } from '../receive/verify-signature.ts';
import { describeFailure, describeSecurity, describeUnits } from './describe.ts';
import { dryRun } from './dry-run.ts';
import type { DryRun } from './dry-run.ts';
import { readCapture } from './read-capture.ts';
import type { Capture } from './read-capture.ts';

/** A captured message, explained: sections of lines, and what this access point would answer. */
export interface Inspection {
  /** It is an AS4 message, its signature holds, and as far as can be told it would be accepted. */
  readonly sound: boolean;
  readonly sections: readonly { readonly title: string; readonly lines: readonly string[] }[];
  /** Absent without P-Modes and keys to judge by, and for answers, which only the sender of the message can judge. */
  readonly verdict?:
    { readonly accepted: boolean; readonly answer: string; readonly lines: readonly string[] } | undefined;
}

/** What to judge the message by, when a configuration is at hand. */
export interface InspectionBasis {
  readonly agreements?: Agreements | undefined;
  readonly contentType?: string | undefined;
  readonly limits: MshContext['limits'];
}

/**
 * Explains a captured HTTP message, its body, or a bare SOAP envelope: parts, header, security, what is signed and by
 * whom; with P-Modes and keys also the answer this access point would give, found by the very steps of `receive` run
 * against a store that keeps nothing.
 */
export async function inspect(bytes: Uint8Array, basis: InspectionBasis): Promise<Inspection> {
  const capture = readCapture(bytes, basis.contentType);
  const run = dryRun(basis.agreements, basis.limits);
  const explained = await explain(run.context, capture);
  const { sections, sound, isAnswer } = explained;
  if (isAnswer) return { sound, sections };
  if (basis.agreements === undefined) return { sound, sections: [...sections, NOT_JUDGED] };
  const verdict = await judge(run, capture);
  return { sound: sound && verdict.accepted, sections, verdict };
}

type Section = Inspection['sections'][number];

/** What stands in a message, and whether that much of it is sound. */
interface Explained {
  readonly sections: readonly Section[];
  readonly sound: boolean;
  /** A receipt, an error, a fault, or whatever else answers a message: only who sent that can judge it. */
  readonly isAnswer: boolean;
}

const NOT_JUDGED: Section = {
  title: 'Not judged',
  lines: ['payload digests, decryption, trust and P-Mode need P-Modes and keys: --config quoin.yaml'],
};

/** Lines about a part of a message, and whether it could be read and holds. */
interface Told {
  readonly lines: readonly string[];
  readonly sound: boolean;
}

async function explain(context: MshContext, capture: Capture): Promise<Explained> {
  const parts = await partLines(context, capture);
  const sections: Section[] = [{ title: 'Package', lines: [...capture.lines, ...parts.lines] }];
  let open: OpenEnvelope;
  try {
    open = await readEnvelope(context, { contentType: capture.contentType, body: capture.body() });
  } catch (error) {
    return {
      sections: [...sections, { title: 'Envelope', lines: reasonLines(error) }],
      sound: false,
      isAnswer: capture.isAnswer,
    };
  }
  try {
    const header = headerLines(open);
    const security = securityLines(context, open);
    sections.push({ title: 'Header', lines: header.lines }, { title: 'Security', lines: security.lines });
    return {
      sections,
      sound: parts.sound && header.sound && security.sound,
      isAnswer: capture.isAnswer || header.isAnswer,
    };
  } finally {
    await open.release();
  }
}

/** The answer of this access point, by the very steps of `receive`. */
async function judge(run: DryRun, capture: Capture): Promise<NonNullable<Inspection['verdict']>> {
  const reply = await receive(run.context, {
    contentType: capture.contentType,
    contentLength: undefined,
    body: capture.body(),
    remote: undefined,
  });
  const failure = run.failure();
  const accepted = failure === undefined && reply.status === 200;
  return {
    accepted,
    answer: answerOf(accepted, failure?.ebms, reply.status),
    lines: failure ? describeFailure(failure) : [],
  };
}

function answerOf(accepted: boolean, ebms: string | undefined, status: number): string {
  if (accepted) return 'a signed receipt';
  return ebms ?? `SOAP fault, HTTP ${status}`;
}

/** Every part with what the wire says of it; the bodies are counted, not kept. */
async function partLines(context: MshContext, capture: Capture): Promise<Told> {
  const lines: string[] = [];
  try {
    for await (const part of capture.parts(context.limits.parts)) {
      let size = 0;
      for await (const chunk of part.body) size += chunk.byteLength;
      const { contentType = 'no Content-Type', contentId = 'none' } = part;
      lines.push(`part ${lines.length}: ${contentType}, Content-ID ${contentId}, ${size} bytes`);
    }
    return { lines, sound: true };
  } catch (error) {
    return { lines: [...lines, ...reasonLines(error)], sound: false };
  }
}

function headerLines(open: OpenEnvelope): Told & { readonly isAnswer: boolean } {
  try {
    const { units } = readClaimedUnits(open);
    return { lines: describeUnits(units), sound: true, isAnswer: isAnswer(units) };
  } catch (error) {
    const fault = readFault(open.envelope.body);
    if (fault === undefined) return { lines: reasonLines(error), sound: false, isAnswer: false };
    return { lines: [`SOAP fault ${fault.code}: ${fault.reason}`], sound: true, isAnswer: true };
  }
}

function isAnswer({ userMessages, signalMessages }: Messaging): boolean {
  return userMessages.length === 0 && signalMessages.every(({ kind }) => kind !== 'pull-request');
}

function securityLines(context: MshContext, open: OpenEnvelope): Told {
  try {
    const security = securityOf(open);
    if (security === undefined) return { lines: ['none: neither signed nor encrypted'], sound: true };
    const signature = signatureLines(context, security);
    return { lines: [...describeSecurity(security), ...signature.lines], sound: signature.sound };
  } catch (error) {
    return { lines: reasonLines(error), sound: false };
  }
}

/** Whether the signature holds for the certificate the message carries or names; says nothing about trust. */
function signatureLines({ agreements }: MshContext, security: ClaimedSecurity): Told {
  const { signature } = security;
  if (signature === undefined) return { lines: [], sound: true };
  const { keyReference } = signature;
  const known = agreements().keyRing.knownCertificates();
  const named = known.filter((certificate) => namesCertificate(keyReference, certificate));
  if (!('certificate' in keyReference) && named.length === 0)
    return {
      lines: ['signature not checked: the message names a certificate that is not at hand (--config)'],
      sound: true,
    };
  try {
    const { facts } = verifySignature(security, {
      suite: 'eDelivery-AS4-1.15',
      findCertificates: () => named,
    }).certificate;
    const lines = [
      `signature holds, made by ${facts.subject}`,
      `  issued by ${facts.issuer}, serial ${facts.serialNumber}, valid ${facts.notBefore} to ${facts.notAfter}`,
    ];
    return { lines, sound: true };
  } catch (error) {
    return { lines: ['signature does not hold:', ...reasonLines(error)], sound: false };
  }
}

function reasonLines(error: unknown): readonly string[] {
  if (!(error instanceof QuoinError)) throw error;
  const { finding } = error;
  const more =
    finding === undefined
      ? []
      : [`  check ${finding.check}, expected ${finding.expected ?? '-'}, found ${finding.found ?? '-'}`];
  return [`${error.code}: ${error.message}`, ...more];
}
