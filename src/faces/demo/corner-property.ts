import type { Identifier } from '../../oots/index.ts';

/** A message property that names one of the outer corners (`originalSender`, `finalRecipient`). */
export function cornerProperty(
  name: 'originalSender' | 'finalRecipient',
  { value, scheme }: Identifier,
): { readonly name: string; readonly value: string; readonly type?: string } {
  return { name, value, ...(scheme === undefined ? {} : { type: scheme }) };
}
