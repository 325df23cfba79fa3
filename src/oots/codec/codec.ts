import type { Finding } from '../../protocol/errors/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import type { EdmVersion } from '../versions.ts';

/** What reading needs beside the document, and where it says what it found. */
export interface Reading {
  /** The version the document is read as. */
  readonly version: EdmVersion;
  /** Says something about the document; what it is about is kept as it stands. */
  note(finding: Finding): void;
}

/** What writing needs beside the values. */
export interface Writing {
  readonly version: EdmVersion;
}

/** How one kind of element is read and written; a table entry, in both directions. */
export interface ElementCodec<T> {
  /** Undefined when the element does not fit: it has been noted why, and whoever asked keeps the element as it is. */
  read(element: XmlElement, place: string, reading: Reading): T | undefined;
  write(name: string, value: T, writing: Writing, aside?: string): string;
  /** A peculiarity that the value cannot tell; given back to `write`. Undefined for the ordinary. */
  aside?(element: XmlElement): string | undefined;
}

/** Notes what is wrong at a place, and is undefined itself. */
export function unfit(reading: Reading, finding: Finding): undefined {
  reading.note(finding);
  return undefined;
}
