/** A line of text on the page: size in points, distance from the top in points. */
interface Line {
  readonly text: string;
  readonly size: number;
  readonly top: number;
}

/** A4 in points. */
const PAGE = { width: 595, height: 842 };

/**
 * A one-page PDF 1.4 with a title and the given facts: a real document that any reader opens. Characters outside Latin-1 are
 * written as `?`, since the standard fonts have no others.
 */
export function evidencePdf(title: string, facts: Readonly<Record<string, string>>, footer: string): Buffer {
  const lines: Line[] = [
    { text: title.toUpperCase(), size: 24, top: 120 },
    ...Object.entries(facts).map(([label, value], index) => ({
      text: `${label}:  ${value}`,
      size: 13,
      top: 190 + index * 26,
    })),
    { text: footer, size: 9, top: 780 },
  ];
  return assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>`,
    stream(lines.map(drawn).join('\n')),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ]);
}

function drawn(line: Line): string {
  return `BT /F1 ${line.size} Tf 72 ${PAGE.height - line.top} Td (${escaped(line.text)}) Tj ET`;
}

function escaped(text: string): string {
  return text.replace(/[^\x20-\xff]/g, '?').replace(/[\\()]/g, '\\$&');
}

function stream(content: string): string {
  return `<< /Length ${Buffer.byteLength(content, 'latin1')} >>\nstream\n${content}\nendstream`;
}

/** Objects, cross-reference table and trailer (PDF 32000-1 7.5). */
function assemble(objects: readonly string[]): Buffer {
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${entries}`;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
  return Buffer.from(body + table + trailer, 'latin1');
}
