/** Invisible or direction-changing characters that must not reach a terminal as they are. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function prettyValue(value: unknown): string {
  const text = typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return escapeUnsafe(text);
}

/** One JSON log line as a person reads it: `12:30:05.123 info  send/receipt-verified messageId=… tookMs=12`. */
export function prettyLine(line: string): string {
  const { level, time, event, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = typeof time === 'string' ? time.slice(11, 23) : '';
  const shown = Object.entries(fields).map(([name, value]) => ` ${name}=${prettyValue(value)}`);
  return `${clock} ${String(level).padEnd(5)} ${escapeUnsafe(String(event))}${shown.join('')}\n`;
}
