import { createHash, randomBytes } from 'node:crypto';

/** A business document to be exchanged. */
export interface Document {
  readonly contentId: string;
  readonly mimeType: string;
  readonly charset?: string;
  readonly compress: boolean;
  readonly content: Buffer;
}

/** Documents that travel together in one message. */
export interface DocumentCase {
  readonly name: string;
  readonly documents: readonly Document[];
}

const REGREP = Buffer.from(
  '<?xml version="1.0" encoding="UTF-8"?>\n<query:QueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0" id="urn:uuid:4b1d8d5c">\n  <query:ResponseOption returnType="LeafClassWithRepositoryItem"/>\n</query:QueryRequest>\n',
);

/** Everything canonicalization has to do with: a byte order mark, CDATA, references, instructions, quotes, layout. */
const AWKWARD = Buffer.from(
  `\ufeff<?xml version="1.0" encoding="UTF-8" ?>\r\n<!-- vorne --><?go west?>\n` +
    `<ä:Nachweis   xmlns:ä = 'urn:a' xmlns="urn:x" b='2' a="1&#10;&quot;'" >\r\n` +
    `\t<Name xmlns:unused="urn:u">Łukasiewicz-Ñandú &amp; Søn &#x1F600; 漢字</Name>` +
    `<![CDATA[<5> & "6"]]><Leer></Leer><Leer/>\r</ä:Nachweis>\n<!-- hinten -->\n`,
);

const NAMES = Buffer.from('<personne nom="Łukasiewicz-Ñandú" prénom="Zoë">東京 – Ελλάδα – 😀</personne>');

const pdf = (size: number): Buffer =>
  Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(size), Buffer.from('\n%%EOF\n')]);

const xml = (content: Buffer, more: Partial<Document> = {}): Document => ({
  contentId: 'xml@example.org',
  mimeType: 'application/xml',
  compress: true,
  content,
  ...more,
});

const MB = 1024 * 1024;

/** Half of it can be compressed. */
function large(): Buffer {
  return Buffer.concat([randomBytes(10 * MB), Buffer.alloc(10 * MB, 'quoin ')]);
}

/** What has to arrive as it was sent, in both directions. */
export const DOCUMENTS: readonly DocumentCase[] = [
  { name: 'one compressed XML part', documents: [xml(REGREP)] },
  {
    name: 'one uncompressed PDF',
    documents: [
      { contentId: 'pdf@example.org', mimeType: 'application/pdf', compress: false, content: pdf(5000) },
    ],
  },
  {
    name: 'an uncompressed application/x-ebrs+xml part and a PDF, as an evidence response has them',
    documents: [
      xml(REGREP, { mimeType: 'application/x-ebrs+xml', compress: false }),
      {
        contentId: 'evidence@example.org',
        mimeType: 'application/pdf',
        compress: false,
        content: pdf(20_000),
      },
    ],
  },
  {
    name: 'an uncompressed application/x-ebrs+xml part of awkward XML',
    documents: [xml(AWKWARD, { mimeType: 'application/x-ebrs+xml', compress: false })],
  },
  { name: 'the same compressed', documents: [xml(AWKWARD, { mimeType: 'application/x-ebrs+xml' })] },
  {
    name: 'non-ASCII XML with a charset, compressed and not',
    documents: [
      xml(NAMES, { charset: 'UTF-8' }),
      xml(NAMES, {
        charset: 'UTF-8',
        compress: false,
        contentId: 'plain-xml@example.org',
        mimeType: 'text/xml',
      }),
    ],
  },
  {
    name: 'UTF-16 XML, uncompressed',
    documents: [
      xml(Buffer.from(`\ufeff${NAMES.toString()}`, 'utf16le'), { charset: 'UTF-16', compress: false }),
    ],
  },
  {
    name: 'text with line ends of all kinds, uncompressed',
    documents: [
      {
        contentId: 'text@example.org',
        mimeType: 'text/plain',
        charset: 'UTF-8',
        compress: false,
        content: Buffer.from('eins\nzwei\r\ndrei\rvier é\n\n'),
      },
    ],
  },
  {
    name: 'five parts, compressed and not in turn',
    documents: [1, 2, 3, 4, 5].map((number) => ({
      contentId: `part-${number}@example.org`,
      mimeType: number % 2 === 0 ? 'application/pdf' : 'application/json',
      compress: number % 2 === 0,
      content: Buffer.from(`{"number":${number}}`.repeat(number * 100)),
    })),
  },
  {
    name: 'empty parts, compressed and not',
    documents: [
      {
        contentId: 'empty-1@example.org',
        mimeType: 'application/octet-stream',
        compress: true,
        content: Buffer.alloc(0),
      },
      {
        contentId: 'empty-2@example.org',
        mimeType: 'application/octet-stream',
        compress: false,
        content: Buffer.alloc(0),
      },
    ],
  },
  {
    name: 'content ids without @',
    documents: [
      xml(REGREP, { contentId: '0b5f1c3e-2d5f-4b8e-9c64-3f1f6d2d7e11' }),
      { contentId: 'attachment_2.pdf', mimeType: 'application/pdf', compress: false, content: pdf(10) },
    ],
  },
  { name: 'no part at all', documents: [] },
  {
    name: '20 MB, compressed',
    documents: [
      {
        contentId: 'large@example.org',
        mimeType: 'application/octet-stream',
        compress: true,
        content: large(),
      },
    ],
  },
  {
    name: '20 MB, uncompressed',
    documents: [
      { contentId: 'large@example.org', mimeType: 'application/pdf', compress: false, content: large() },
    ],
  },
];

/** hex SHA-256. */
export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
