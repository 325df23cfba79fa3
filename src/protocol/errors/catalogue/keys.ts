import type { ErrorRoom } from './types.ts';

/** The key ring. */
export const keys: ErrorRoom = {
  about: 'the key ring',
  note: 'Problems of files are shown together, each with its file, as `config/keys`.',
  codes: {
    'keys/alias-needed': {
      seenBy: 'O',
      cause: 'The key store has several keys.',
      cure: 'Set `alias` to one of those named.',
    },
    'keys/alias-unknown': {
      seenBy: 'O',
      cause: 'The key store has no such key.',
      cure: 'Set `alias` to one of those named; a trust store has none.',
    },
    'keys/anchor-not-authority': {
      seenBy: 'O',
      cause: 'A file under `certificates.anchors` holds no certificate of an authority.',
      cure: 'Pin it under `signing`, or give its issuer.',
    },
    'keys/certificate-expires-soon': {
      seenBy: 'O',
      cause: 'A certificate expires within 30 days (a warning).',
      cure: 'Begin the rollover.',
    },
    'keys/certificate-unfit': {
      seenBy: 'O',
      cause: 'A certificate cannot be used for its purpose today (a warning).',
      cure: 'Renew it, or load one that is fit.',
    },
    'keys/demo-keys-outside-demo': {
      seenBy: 'O',
      cause: 'A certificate of the demonstration in a gateway that is none.',
      cure: 'Make keys of your own.',
    },
    'keys/file-closed': {
      seenBy: 'O',
      cause: 'The file may not be read.',
      cure: 'Give the service account the right.',
    },
    'keys/file-lies-open': {
      seenBy: 'O',
      cause: 'Every user of the machine may read a private key (a warning).',
      cure: 'Take the rights of others away: `chmod 600`.',
    },
    'keys/file-missing': {
      seenBy: 'O',
      cause: 'There is no such file, in the certificate folder or beside the P-Mode.',
      cure: 'Put it there, or correct the name.',
    },
    'keys/file-too-large': {
      seenBy: 'O',
      cause: 'More than 4 MiB: no key or certificate.',
      cure: 'Name the right file.',
    },
    'keys/file-unreadable': {
      seenBy: 'O',
      cause: 'The system refuses the file for another reason.',
      cure: 'Look up the code that the text names, and put that right.',
    },
    'keys/name-ambiguous': {
      seenBy: 'O',
      cause: 'Two P-Modes mean different files by one name.',
      cure: 'Give the files different names.',
    },
    'keys/no-encryption-certificate': {
      seenBy: 'O',
      cause:
        'No certificate of the partner is fit to encrypt; each is named with its reason. The message is tried again.',
      cure: 'Ask the partner for its present certificate.',
    },
    'keys/no-signing-key': {
      seenBy: 'P B O',
      cause: 'No key of ours is fit to sign; partners get 503.',
      cure: 'Load a valid key; `quoin certs list` shows what is there.',
    },
    'keys/not-a-file': { seenBy: 'O', cause: 'A folder is named.', cure: 'Name the file in it.' },
    'keys/revocation-list-stale': {
      seenBy: 'O',
      cause: 'A revocation list is past its time (a warning).',
      cure: 'Fetch the present one from the authority.',
    },
  },
};
