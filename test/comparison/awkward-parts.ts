import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Part } from '../protocol/wss/mini-msh.ts';
import { comments, gaps, renderTree, trees } from './awkward-xml.ts';
import type { Tree } from './awkward-xml.ts';

/**
 * Payload parts for every case of the attachment transform (WSS SwA 1.1.1 5.4.2): XML that is canonicalised, text whose
 * line ends are made CRLF, everything else as it is; media types in any spelling.
 *
 * Left out on purpose: XML with a DOCTYPE and in encodings other than UTF-8 and UTF-16, which we refuse; Content-IDs that
 * a `cid:` URL has to write with percent signs, and a plus sign, which WSS4J reads the form way; processing instructions
 * behind an empty root element, which Santuario forgets.
 */

const XML_TYPES = [
  'application/xml',
  'text/xml',
  'TEXT/XML; charset=utf-8',
  'application/x-ebrs+xml',
  'application/soap+xml;charset=UTF-8',
  'image/svg+xml',
];
const TEXT_TYPES = ['text/plain', 'text/plain; charset=iso-8859-1', 'Text/CSV', 'text/html'];
const RAW_TYPES = [
  'application/octet-stream',
  'application/pdf',
  'application/json',
  'image/png',
  'xml/text',
];

const lines = fc.array(
  fc.constantFrom('a', ' ', '\r', '\n', '\r\n', '\n\r', '\t', 'é', '😀', '\0', '--', '\x80'),
  {
    maxLength: 30,
  },
);

const instructions = fc.constantFrom('', '', '<?go?>', '<?go  there <x> ?>');

const hasContent = (tree: Tree): boolean => tree.inside.some((piece) => piece !== '');

const declarations = fc.constantFrom(
  '',
  '<?xml version="1.0"?>',
  "<?xml version='1.0' encoding='UTF-8'?>\r\n",
);

/** A document with whatever may stand beside its root element. */
const xmlTexts = fc
  .tuple(declarations, gaps, instructions, trees(3), comments, instructions, gaps)
  .map(([declaration, before, first, tree, comment, last, after]) => {
    const root = renderTree(tree, new Map());
    return declaration + before + first + root + comment + (hasContent(tree) ? last : '') + after;
  });

const xmlBytes = fc.tuple(xmlTexts, fc.boolean(), fc.boolean()).map(([text, wide, marked]) => {
  // What says UTF-8 must be UTF-8.
  if (wide && !text.includes('UTF-8')) return Buffer.from(`\ufeff${text}`, 'utf16le');
  return Buffer.from(marked ? `\ufeff${text}` : text);
});

const contentIds = fc
  .tuple(
    fc.constantFrom('payload', 'XML_1.2', 'a-b=c', '0b5f1c3e-2d5f-4b8e-9c64-3f1f6d2d7e11'),
    fc.constantFrom('', '@example.org', '@cid'),
  )
  .map((pair) => pair.join(''));

const parts: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ contentId: contentIds, mimeType: fc.constantFrom(...XML_TYPES), content: xmlBytes }),
  fc.record({
    contentId: contentIds,
    mimeType: fc.constantFrom(...TEXT_TYPES),
    content: lines.map((pieces) => Buffer.from(pieces.join(''))),
  }),
  fc.record({
    contentId: contentIds,
    mimeType: fc.constantFrom(...RAW_TYPES),
    content: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  }),
  fc.record({
    contentId: contentIds,
    mimeType: fc.constant('application/gzip'),
    content: xmlTexts.map((text) => gzipSync(text)),
  }),
);

/** The parts of one message. */
export const partLists: fc.Arbitrary<readonly Part[]> = fc.uniqueArray(parts, {
  minLength: 1,
  maxLength: 4,
  selector: ({ contentId }) => contentId,
});
