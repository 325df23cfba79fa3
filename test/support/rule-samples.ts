import { readFileSync, readdirSync } from 'node:fs';
import type { DocumentKind, EdmVersionName, HeaderFacts } from '../../src/oots/index.ts';

const SAMPLES = new URL('../oots/samples/', import.meta.url);

/** Our samples of a version and kind, as text. */
export function samplesOf(version: EdmVersionName, kind: DocumentKind): readonly string[] {
  const folder = new URL(`${version}/`, SAMPLES);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-`))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
}

const ACTIONS: Readonly<Record<DocumentKind, string>> = {
  request: 'ExecuteQueryRequest',
  response: 'ExecuteQueryResponse',
  error: 'ExceptionResponse',
};

const EAS = 'urn:cef.eu:names:identifier:EAS:';

/** A header of a version that breaks no rule, for a document without further parts. */
export function headerOf(version: EdmVersionName, kind: DocumentKind): HeaderFacts {
  const corners = [
    { name: 'originalSender', value: '4711000022', type: `${EAS}0088` },
    { name: 'finalRecipient', value: 'PT508901234', type: `${EAS}9946` },
  ];
  const announced = [
    { name: 'ExchangeId', value: '1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b' },
    { name: 'SpecificationId', value: `oots-edm:v${version}` },
  ];
  return {
    action: ACTIONS[kind],
    conversationId: '6d5c4b3a-2f1e-4d0c-9b8a-7f6e5d4c3b2a',
    parties: [
      { name: 'From', value: 'AP_AT_01', type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:AT' },
      { name: 'To', value: 'AP_PT_01', type: 'urn:oasis:names:tc:ebcore:partyid-type:unregistered:oots' },
    ],
    messageProperties: version === '2.0' ? [...corners, ...announced] : corners,
    parts: [{ contentId: 'regrep@oldport.example', mimeType: 'application/x-ebrs+xml' }],
  };
}
