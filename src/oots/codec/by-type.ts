import { localType } from '../namespaces.ts';
import { unfit } from './codec.ts';
import type { ElementCodec } from './codec.ts';

/** What a codec of one type reads: the member of the union that has the type, without it. */
type Typed<T, K> = T extends { readonly type: infer U } ? (K extends U ? Omit<T, 'type'> : never) : never;

/** The codecs of an element by its `xsi:type`; the values carry the type, without prefix, as `type`. */
export function byType<T extends { readonly type: string }>(codecs: {
  readonly [K in T['type']]: ElementCodec<Typed<T, K>>;
}): ElementCodec<T> {
  const table = new Map(Object.entries(codecs as Record<string, ElementCodec<object>>));
  return {
    read(found, place, reading) {
      const type = localType(found) ?? '';
      const codec = table.get(type);
      if (codec === undefined) {
        return unfit(reading, {
          check: 'known-type',
          field: `${place}/@xsi:type`,
          expected: [...table.keys()].join(', '),
          found: type,
        });
      }
      const value = codec.read(found, place, reading);
      return value === undefined ? undefined : ({ type, ...value } as unknown as T);
    },
    write: (name, value, writing) => table.get(value.type)!.write(name, value, writing),
  };
}
