import type { ErrorRoom } from './types.ts';

/** Reading and writing XML. */
export const xml: ErrorRoom = {
  about: 'reading and writing XML',
  note: 'While an envelope is read these answer the partner with a SOAP fault (Sender, HTTP 400); inside a header or a signature they become the ebMS error of that step. In an uncompressed XML payload they become `wss/attachment-not-canonical`.',
  codes: {
    'xml/canonicalization': {
      seenBy: 'P O',
      cause:
        'The document, or something signed in it, has no canonical form: namespace written with references, relative namespace, out of all proportion.',
      cure: 'The partner must write plain namespace names.',
    },
    'xml/child-missing': {
      seenBy: 'P O',
      cause: 'An element that must be there is missing.',
      cure: "Look at the field named; the partner's message is incomplete.",
    },
    'xml/child-repeated': {
      seenBy: 'P O',
      cause: 'An element that may stand once stands more often.',
      cure: "Look at the field named; the partner's message is incomplete.",
    },
    'xml/disposed': {
      seenBy: 'D',
      cause: 'A document or schema was used after it was freed.',
      cure: 'A defect: report it.',
    },
    'xml/doctype': {
      seenBy: 'P O',
      cause: 'The document has a DOCTYPE. Entities are never expanded.',
      cure: 'The partner must send XML without a DTD; look for an attack when nobody admits to it.',
    },
    'xml/duplicate-id': {
      seenBy: 'P O',
      cause: 'Two elements carry one identifier, by whatever attribute.',
      cure: 'Treat as an attempt at signature wrapping until the partner explains it.',
    },
    'xml/encoding': {
      seenBy: 'P O',
      cause:
        'Neither UTF-8 nor UTF-16 with a byte order mark, or the declaration says something else than the bytes.',
      cure: 'The partner must send UTF-8 and say so.',
    },
    'xml/forbidden-character': {
      seenBy: 'B D',
      cause: 'A text holds a character XML cannot carry.',
      cure: 'Remove control characters from what is submitted.',
    },
    'xml/name': {
      seenBy: 'D',
      cause: 'Something that is no XML name was to be written as one.',
      cure: 'A defect: report it.',
    },
    'xml/not-text': {
      seenBy: 'P O',
      cause:
        'An element that holds a value holds markup: an element, or where it matters a comment or processing instruction.',
      cure: 'The partner must write plain text there.',
    },
    'xml/not-well-formed': {
      seenBy: 'P O',
      cause: 'The document cannot be parsed; the finding has line and column.',
      cure: 'Look for a proxy that cuts or rewrites bodies; else the partner must repair its XML.',
    },
    'xml/prefix-list': {
      seenBy: 'P O',
      cause: 'A list of inclusive prefixes is longer than 64 or holds something that is no prefix.',
      cure: "The partner's security stack must be corrected.",
    },
    'xml/processing-instruction': {
      seenBy: 'P O',
      cause: 'A processing instruction where SOAP allows none.',
      cure: 'The partner must leave it out.',
    },
    'xml/schema': {
      seenBy: 'D',
      cause: 'An XML Schema of ours cannot be compiled.',
      cure: 'A defect: report it. Nothing of the gateway compiles schemas yet.',
    },
    'xml/too-complex': {
      seenBy: 'P O',
      cause: 'Too many elements, attributes or namespaces, or nested too deep.',
      cure: 'An ordinary envelope is far below the limits: suspect an attack.',
    },
    'xml/too-large': {
      seenBy: 'P O',
      cause: 'More bytes than `limits.envelopeSize` or `limits.canonicalXmlSize` allow.',
      cure: 'Compress large XML parts; raise the limit only for a reason.',
    },
    'xml/version': {
      seenBy: 'P O',
      cause: 'XML 1.1 or something unknown.',
      cure: 'The partner must send XML 1.0.',
    },
  },
};
