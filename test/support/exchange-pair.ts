import { readFileSync } from 'node:fs';
import { createDocumentCheck } from '../../src/oots/index.ts';
import type { DocumentKind, EdmVersionName } from '../../src/oots/index.ts';
import type { SubmitResult } from '../../src/msh/index.ts';
import { headerOf } from './rule-samples.ts';
import type { TestGateway, TestPart } from './test-gateway.ts';
import { submitParts } from './test-gateway.ts';
import { pairGateways, ADDRESS } from './test-pair.ts';
import type { Ending, Pair, PairOptions } from './test-pair.ts';

const UNREGISTERED = 'urn:oasis:names:tc:ebcore:partyid-type:unregistered';
const SERVICE = { value: 'QueryManager', type: 'urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0' };

/** An agreement of AP_A (Austria) and AP_B (Portugal) on the evidence exchange, with a check of documents. */
export function exchangeYaml(documentCheck: string): string {
  return `profile: oots
parties:
  AP_A:
    ids: [{ value: AP_AT_01, type: '${UNREGISTERED}:AT' }]
    address: ${ADDRESS.AP_A}
    certificates: ap_a.pem
  AP_B:
    ids: [{ value: AP_PT_01, type: '${UNREGISTERED}:oots' }]
    country: PT
    address: ${ADDRESS.AP_B}
    certificates: ap_b.pem
initiator: AP_A
responder: AP_B
legDefaults: { documentCheck: ${documentCheck} }
`;
}

/** Two access points of the exchange that know its documents. */
export function pairExchange(test: Ending, documentCheck: string, options: PairOptions = {}): Promise<Pair> {
  return pairGateways(test, {
    pmodes: { 'exchange.yaml': exchangeYaml(documentCheck) },
    documents: createDocumentCheck(),
    ...options,
  });
}

/** One of our samples, by the name of its file. */
export function sampleNamed(version: EdmVersionName, name: string): string {
  return readFileSync(new URL(`../oots/samples/${version}/${name}.xml`, import.meta.url), 'utf8');
}

/** What may be different from a message in which nothing is wrong. */
export interface ExchangeChanges {
  readonly conversationId?: string;
  readonly messageId?: string;
  readonly properties?: readonly {
    readonly name: string;
    readonly value: string;
    readonly type?: string | undefined;
  }[];
  /** Instead of the part with the document and those the document names. */
  readonly parts?: readonly TestPart[];
}

/** Submits a document as a message of the exchange; a response with a part for each document it names. */
export function submitDocument(
  gateway: TestGateway,
  version: EdmVersionName,
  kind: DocumentKind,
  document: string | Buffer,
  changes: ExchangeChanges = {},
): Promise<SubmitResult> {
  const header = headerOf(version, kind);
  const cids = [...document.toString().matchAll(/xlink:href="cid:([^"]+)"/g)];
  const evidence = cids.map(([, contentId]): TestPart => ({
    contentId: contentId!,
    mimeType: 'application/pdf',
    content: '%PDF',
  }));
  const parts: readonly TestPart[] = changes.parts ?? [
    { contentId: 'regrep@oldport.example', mimeType: 'application/x-ebrs+xml', content: document },
    ...evidence,
  ];
  return submitParts(
    gateway,
    {
      service: SERVICE,
      action: header.action,
      conversationId: changes.conversationId ?? header.conversationId,
      messageId: changes.messageId,
      messageProperties: changes.properties ?? header.messageProperties,
      from: { partyIds: [gateway.party === 'AP_A' ? AUSTRIA : PORTUGAL] },
    },
    parts,
  );
}

const AUSTRIA = { value: 'AP_AT_01', type: `${UNREGISTERED}:AT` };
const PORTUGAL = { value: 'AP_PT_01', type: `${UNREGISTERED}:oots` };
