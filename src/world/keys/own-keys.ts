import { basename, extname } from 'node:path';
import { isQuoinError, QuoinError } from '../../protocol/errors/index.ts';
import { loadPemKeyEntry, loadPkcs12 } from '../../protocol/pki/index.ts';
import type { Certificate, KeyEntry } from '../../protocol/pki/index.ts';
import { isDemoCertificate } from './demonstration.ts';
import { demoProblem, openingProblem, problemOf } from './problems.ts';
import { certificatesIn, readKeyFile } from './read-file.ts';
import type { KeyFile } from './read-file.ts';
import type { KeyProblem, KeySource, KeyUse } from './types.ts';

/** A key of ours with the file it came from and what it is for. */
export interface OwnKey {
  readonly entry: KeyEntry;
  readonly source: string;
  readonly use: readonly KeyUse[];
  /** Everybody on the machine may read the private key. */
  readonly isOpen: boolean;
}

/** Loads our keys; what fails becomes a problem, and the others are loaded all the same. */
export async function loadOwnKeys(
  sources: readonly KeySource[],
  { allowDemoKeys }: { readonly allowDemoKeys: boolean },
): Promise<{ readonly keys: readonly OwnKey[]; readonly problems: readonly KeyProblem[] }> {
  const outcomes = await Promise.all(sources.map(loadOwnKey));
  const isRefused = (own: OwnKey): boolean => !allowDemoKeys && isDemoCertificate(own.entry.certificate);
  const loaded = outcomes.filter((outcome) => 'entry' in outcome);
  return {
    keys: loaded.filter((own) => !isRefused(own)),
    problems: [
      ...outcomes.filter((outcome) => 'code' in outcome),
      ...loaded.filter(isRefused).map(({ source, entry }) => demoProblem(source, entry.certificate)),
    ],
  };
}

async function loadOwnKey(source: KeySource): Promise<OwnKey | KeyProblem> {
  try {
    const file = await opened(source.path);
    const entry = source.type === 'pem' ? await loadPem(source, file) : await loadStore(source, file);
    return { entry, source: source.path, use: source.use, isOpen: file.isOpen };
  } catch (error) {
    return error instanceof Unusable ? error.problem : problemOf(source.path, error);
  }
}

/** Carries the problem of one of the files a key is made of. */
class Unusable extends Error {
  readonly problem: KeyProblem;

  constructor(problem: KeyProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

async function opened(path: string): Promise<KeyFile> {
  try {
    return await readKeyFile(path);
  } catch (error) {
    throw new Unusable(isQuoinError(error) ? problemOf(path, error) : openingProblem(path, error));
  }
}

async function loadPem(source: KeySource, file: KeyFile): Promise<KeyEntry> {
  const beside = source.certificate === undefined ? file : await opened(source.certificate);
  return loadPemKeyEntry({
    alias: basename(source.path, extname(source.path)),
    key: file.bytes,
    password: source.password?.(),
    certificates: readCertificates(beside),
  });
}

function readCertificates(file: KeyFile): readonly Certificate[] {
  try {
    return certificatesIn(file);
  } catch (error) {
    throw new Unusable(problemOf(file.path, error));
  }
}

async function loadStore(source: KeySource, file: KeyFile): Promise<KeyEntry> {
  const { entries } = await loadPkcs12(file.bytes, source.password?.() ?? '');
  const aliases = entries.map(({ alias }) => alias);
  const wanted = source.alias?.toLowerCase();
  const fitting = entries.filter(({ alias }) => wanted === undefined || alias.toLowerCase() === wanted);
  if (fitting.length === 1) return fitting[0]!;
  throw new QuoinError(
    fitting.length === 0 ? 'keys/alias-unknown' : 'keys/alias-needed',
    fitting.length === 0
      ? `The key store has no ${source.alias === undefined ? 'private key' : `key named ${source.alias}`}.`
      : 'The key store has several keys that fit.',
    {
      finding: {
        check: 'store-entry',
        field: 'alias',
        expected: source.alias ?? 'one private key',
        found: aliases.join(', ') || 'no private key',
        advice:
          aliases.length === 0
            ? 'This is a trust store: name the key store.'
            : 'Set alias to one of the names found.',
      },
    },
  );
}
