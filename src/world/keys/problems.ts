import { describeError, isQuoinError } from '../../protocol/errors/index.ts';
import type { ErrorCode } from '../../protocol/errors/index.ts';
import type { Certificate } from '../../protocol/pki/index.ts';
import { DEMO_UNIT } from './demonstration.ts';
import type { KeyProblem } from './types.ts';

/** A problem of a file from an error raised on purpose; any other error is a defect and goes on. */
export function problemOf(file: string, error: unknown): KeyProblem {
  if (!isQuoinError(error)) throw error;
  const { code, message, finding } = error;
  return { code, file, message: `${file}: ${message}`, advice: finding?.advice, finding };
}

/** What the system says when a file is opened, as codes and cures. */
const OPENING: Readonly<Record<string, readonly [code: ErrorCode, message: string, advice: string]>> = {
  ENOENT: ['keys/file-missing', 'there is no such file.', 'Put the file there, or correct its name.'],
  EACCES: [
    'keys/file-closed',
    'the file may not be read.',
    'Give the user that runs Quoin the right to read it.',
  ],
  EISDIR: ['keys/not-a-file', 'this is a folder.', 'Name the file in it.'],
};

/** A problem of a file that could not be opened. */
export function openingProblem(file: string, error: unknown): KeyProblem {
  const known = error instanceof Error && 'code' in error ? OPENING[String(error.code)] : undefined;
  const [code, message, advice] = known ?? ['keys/file-unreadable', `${describeError(error)}.`, undefined];
  return { code, file, message: `${file}: ${message}`, advice };
}

/** The problem of a demonstration certificate where none belongs. */
export function demoProblem(file: string, certificate: Certificate): KeyProblem {
  return {
    code: 'keys/demo-keys-outside-demo',
    file,
    message: `${file}: the certificate was made for the demonstration; its key is no secret.`,
    advice: 'Make a key of your own with quoin certs request, or start in demonstration mode.',
    finding: {
      check: 'not-a-demonstration-key',
      field: 'OU',
      expected: 'a certificate from elsewhere',
      found: DEMO_UNIT,
      certificate: certificate.facts,
    },
  };
}
