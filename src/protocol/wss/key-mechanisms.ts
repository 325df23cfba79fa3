import type { KeyMechanism } from './algorithms.ts';
import type { KeyEncryption } from './key-encryption.ts';
import { rsaOaep } from './rsa-oaep.ts';

/** The mechanisms that rows of the algorithm table name; X25519 with HKDF is to be one more. */
export const KEY_MECHANISMS: Readonly<Record<KeyMechanism, KeyEncryption>> = { 'rsa-oaep': rsaOaep };
