import { QuoinError } from '../../protocol/errors/index.ts';
import type { Messaging } from '../../protocol/ebms/index.ts';
import type { Certificate } from '../../protocol/pki/index.ts';
import { readFault } from '../../protocol/soap/index.ts';
import { verifySignature } from '../../protocol/wss/index.ts';
import type { ClaimedSecurity } from '../../protocol/wss/index.ts';
import type { Agreements, MshContext } from '../context.ts';
import { receive } from '../receive/receive.ts';
import { readEnvelope } from '../receive/read-envelope.ts';
import type { OpenEnvelope } from '../receive/read-envelope.ts';
import { readClaimedUnits } from '../receive/read-messaging.ts';
import { securityOf } from '../receive/verify-signature.ts';
import { describeFailure, describeSecurity, describeUnits } from './describe.ts';
import { dryRun } from './dry-run.ts';
import { readCapture } from './read-capture.ts';
import type { Capture } from './read-capture.ts';

/** A captured message, explained: sections of lines, and what this access point would answer. */
export interface Inspection {
  readonly sections: readonly { readonly title: string; readonly lines: readonly string[] }[];
  /** Absent without P-Modes and keys to judge by, and for receipts and errors, which only their sender can judge. */
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
  const sections = [
    { title: 'Package', lines: [...capture.lines, ...(await partLines(run.context, capture))] },
  ];
  const open = await openOrUndefined(run.context, capture, sections);
  if (open === undefined) return { sections };
  let isUserMessage: boolean;
  try {
    const units = unitsOf(open, sections);
    isUserMessage = (units?.userMessages.length ?? 0) > 0;
    sections.push({ title: 'Security', lines: securityLines(open) });
  } finally {
    await open.release();
  }
  if (basis.agreements === undefined || !isUserMessage) return { sections };
  const reply = await receive(run.context, {
    contentType: capture.contentType,
    contentLength: undefined,
    body: capture.body(),
    remote: undefined,
  });
  const failure = run.failure();
  const accepted = failure === undefined && reply.status === 200;
  return {
    sections,
    verdict: {
      accepted,
      answer: answerOf(accepted, failure?.ebms, reply.status),
      lines: failure ? describeFailure(failure) : [],
    },
  };
}

function answerOf(accepted: boolean, ebms: string | undefined, status: number): string {
  if (accepted) return 'a signed receipt';
  return ebms ?? `SOAP fault, HTTP ${status}`;
}

async function openOrUndefined(
  context: MshContext,
  capture: Capture,
  sections: { title: string; lines: string[] }[],
): Promise<OpenEnvelope | undefined> {
  try {
    return await readEnvelope(context, { contentType: capture.contentType, body: capture.body() });
  } catch (error) {
    sections.push({ title: 'Envelope', lines: reasonLines(error) });
    return undefined;
  }
}

/** Every part with what the wire says of it; the bodies are counted, not kept. */
async function partLines(context: MshContext, capture: Capture): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    for await (const part of capture.parts(context.limits.parts)) {
      let size = 0;
      for await (const chunk of part.body) size += chunk.byteLength;
      lines.push(
        `part ${lines.length}: ${part.contentType ?? 'no Content-Type'}, Content-ID ${part.contentId ?? 'none'}, ${size} bytes`,
      );
    }
  } catch (error) {
    lines.push(...reasonLines(error));
  }
  return lines;
}

function unitsOf(open: OpenEnvelope, sections: { title: string; lines: string[] }[]): Messaging | undefined {
  try {
    const { units } = readClaimedUnits(open);
    sections.push({ title: 'Header', lines: [...describeUnits(units)] });
    return units;
  } catch (error) {
    const fault = readFault(open.envelope.body);
    const lines = fault === undefined ? reasonLines(error) : [`SOAP fault ${fault.code}: ${fault.reason}`];
    sections.push({ title: 'Header', lines: [...lines] });
    return undefined;
  }
}

function securityLines(open: OpenEnvelope): string[] {
  try {
    const security = securityOf(open);
    if (security === undefined) return ['none: neither signed nor encrypted'];
    return [...describeSecurity(security), ...signatureLines(security)];
  } catch (error) {
    return reasonLines(error);
  }
}

/** Whether the signature holds for the certificate the message itself carries; says nothing about trust. */
function signatureLines(security: ClaimedSecurity): readonly string[] {
  if (!security.signed) return [];
  const carried: Certificate[] = [];
  try {
    const verified = verifySignature(security, {
      suite: 'eDelivery-AS4-1.15',
      findCertificates: (reference) => ('certificate' in reference ? [reference.certificate] : carried),
    });
    const { facts } = verified.certificate;
    return [
      `signature holds, made by ${facts.subject}`,
      `  issued by ${facts.issuer}, serial ${facts.serialNumber}, valid ${facts.notBefore} to ${facts.notAfter}`,
    ];
  } catch (error) {
    return reasonLines(error);
  }
}

function reasonLines(error: unknown): string[] {
  if (!(error instanceof QuoinError)) throw error;
  const { finding } = error;
  const more =
    finding === undefined
      ? []
      : [`  check ${finding.check}, expected ${finding.expected ?? '-'}, found ${finding.found ?? '-'}`];
  return [`${error.code}: ${error.message}`, ...more];
}
