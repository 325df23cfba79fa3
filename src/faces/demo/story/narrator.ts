import { styleText } from 'node:util';
import { JOURNEY } from './journey.ts';
import type { StepNumber } from './journey.ts';

/** A step of the story as the terminal tells it. */
export interface Step {
  /** ms since the epoch. */
  readonly at: number;
  /** Who did it: `portal`, `AP_XA_01`, `AP_XB_01`, `provider`. */
  readonly who: string;
  readonly text: string;
  readonly details?: readonly string[] | undefined;
  readonly bad?: boolean | undefined;
}

/** Tells the steps in the order they happen, with the time since the story began. */
export interface Narrator {
  readonly say: (line: string) => void;
  /** Begins a step of the user journey; a note says why it is passed over. */
  readonly begin: (number: StepNumber, note?: string) => void;
  readonly step: (step: Step) => void;
}

const COLOURS = ['cyan', 'magenta', 'blue', 'yellow'] as const;

/** A narrator that writes lines; colour only where a person reads. */
export function createNarrator(write: (line: string) => void, colour: boolean): Narrator {
  const startedAt = Date.now();
  const known: string[] = [];
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const colourOf = (who: string): (typeof COLOURS)[number] => {
    if (!known.includes(who)) known.push(who);
    return COLOURS[known.indexOf(who) % COLOURS.length]!;
  };
  return {
    say: write,
    begin: (number, note) => {
      const title = paint('bold', `Step ${number}  ${JOURNEY[number - 1]}`);
      write(note === undefined ? `\n${title}` : `\n${title}: ${note}`);
    },
    step: ({ at, who, text, details, bad }) => {
      const time = `${String(Math.max(0, at - startedAt)).padStart(6)} ms`;
      write(
        `${paint('dim', time)}  ${paint(colourOf(who), who.padEnd(9))} ${bad === true ? paint('red', text) : text}`,
      );
      for (const detail of details ?? []) write(`${' '.repeat(20)} ${paint('dim', detail)}`);
    },
  };
}
