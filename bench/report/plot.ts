import type { Measurement } from '../exchange/measure.ts';

const WIDTH = 760;
const LEFT = 250;
const ROW = 26;
const TOP = 56;

/** Two colours that are told apart without seeing colours, too. */
const COLOURS: Readonly<Record<string, string>> = { Quoin: '#1f5fa8', phase4: '#c98a1b' };

/** Exchanges a second of the smallest payload, RSA-2048, one bar each, as SVG. */
export function performancePlot(measurements: readonly Measurement[]): string {
  const smallest = Math.min(...measurements.map(({ payloadBytes }) => payloadBytes));
  const rows = measurements.filter((one) => one.payloadBytes === smallest && one.keyBits === 2048);
  const most = Math.max(...rows.map(({ perSecond }) => perSecond));
  const height = TOP + rows.length * ROW + 20;
  const bars = rows.map((row, index) =>
    bar(row, TOP + index * ROW, ((WIDTH - LEFT - 90) * row.perSecond) / most),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="13" role="img">
<title>Exchanges a second, ${smallest / 1000} kB, RSA-2048</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="16" y="28" font-size="16" fill="#222222">Exchanges a second, ${smallest / 1000} kB, RSA-2048, both sides on one machine</text>
${bars.join('\n')}
</svg>
`;
}

function bar(row: Measurement, y: number, width: number): string {
  const colour = COLOURS[row.who.split(' ')[0]!] ?? '#666666';
  return `<text x="${LEFT - 8}" y="${y + 15}" text-anchor="end" fill="#222222">${row.who}, ${row.store}</text>
<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 8}" fill="${colour}"/>
<text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 15}" fill="#222222">${row.perSecond}</text>`;
}
