import type { ErrorRoom } from './types.ts';

/** Settings at the start. */
export const config: ErrorRoom = {
  about: 'settings at the start',
  note: 'Each lists every problem at once, with file, line, path and advice; the checks are in [config-reference.md](config-reference.md).',
  codes: {
    'config/invalid': {
      seenBy: 'O',
      cause: 'The configuration cannot be used.',
      cure: 'Each line says what to do; `quoin config check` looks at all of it again.',
    },
    'config/keys': {
      seenBy: 'O',
      cause: 'Keys or certificates cannot be used.',
      cure: 'Each line says what to do, and is a code of `keys` or `pki` in words; `quoin config check` looks at all of them again.',
    },
    'config/api-keys': {
      seenBy: 'O',
      cause: 'The file of API keys cannot be used.',
      cure: 'Each line names file and line; `quoin config check` and `quoin keys list` read it too.',
    },
    'config/api-keys-locked': {
      seenBy: 'O',
      cause: 'Another edit of the file of API keys has not ended.',
      cure: 'Wait for it; if none is running, remove the `.lock` beside the file.',
    },
    'config/files-changing': {
      seenBy: 'O',
      cause: 'P-Modes, keys or certificates changed again and again while they were read for a reload.',
      cure: 'Reload when whatever writes them has finished.',
    },
    'config/reload-refused': {
      seenBy: 'O',
      cause: 'Readiness is degraded: the files could not be put in force, and the next start would fail.',
      cure: 'Correct what `gateway/reload-refused` in the log or `GET /v1/configuration` names.',
    },
    'config/common-services': {
      seenBy: 'O',
      cause:
        'The configuration names no common services where they are to be asked, or a file it names for them holds no certificates.',
      cure: 'Set `commonServices`, or correct the file that the finding names.',
    },
    'config/webhook-authority': {
      seenBy: 'O',
      cause: 'The file of an authority that a webhook names cannot be read.',
      cure: 'Put it back, or name another one under `webhooks[].authorities`.',
    },
    'config/pmodes': {
      seenBy: 'O',
      cause: 'P-Modes cannot be used.',
      cure: 'Each line says what to do; `quoin pmode check` looks at all of them again.',
    },
  },
};
