import { refuseViolations } from '../ebms/index.ts';
import type { PartInfo, Property, Violation } from '../ebms/index.ts';
import { gzipMediaType } from './compression.ts';

/** The part properties the profile gives a meaning to (AS4 3.1, eDelivery AS4 1.15 1.4.3.1). */
export const PART_PROPERTIES = {
  mimeType: 'MimeType',
  compressionType: 'CompressionType',
  characterSet: 'CharacterSet',
} as const;

/** A part as the receiver has to treat it. */
export interface PartTreatment {
  readonly compressed: boolean;
  /** Media type of the business document; undefined when the sender does not say. */
  readonly mimeType?: string | undefined;
  readonly characterSet?: string | undefined;
}

const mediaType = /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}(?:[ \t]*;[ -~]*)?$/;
/** EncName of XML 1.0 4.3.3. */
const encodingName = /^[A-Za-z][A-Za-z0-9._-]*$/;

const valuesOf = (properties: readonly Property[], name: string): readonly string[] => [
  ...new Set(properties.filter((property) => property.name === name).map(({ value }) => value)),
];

/** What the properties of a part say; a property repeated with one value counts once. */
export function partTreatment(part: PartInfo): PartTreatment {
  const [mimeType] = valuesOf(part.properties, PART_PROPERTIES.mimeType);
  const [characterSet] = valuesOf(part.properties, PART_PROPERTIES.characterSet);
  return {
    compressed: valuesOf(part.properties, PART_PROPERTIES.compressionType).length > 0,
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(characterSet === undefined ? {} : { characterSet }),
  };
}

/** True for a part that has to be decompressed: exactly those that carry CompressionType (AS4 3.1). */
export function isCompressed(part: PartInfo): boolean {
  return partTreatment(part).compressed;
}

/** The part properties a consumer may see: all but CompressionType (eDelivery AS4 1.15 1.4.3.1). */
export function consumerProperties(part: PartInfo): readonly Property[] {
  return part.properties.filter(({ name }) => name !== PART_PROPERTIES.compressionType);
}

/** The properties the MSH writes for a part: the producer's own, then ours; the producer may not set CompressionType. */
export function writtenProperties(
  treatment: PartTreatment,
  own: readonly Property[] = [],
): readonly Property[] {
  const ours: readonly (readonly [string, string | undefined])[] = [
    [PART_PROPERTIES.mimeType, treatment.mimeType],
    [PART_PROPERTIES.characterSet, treatment.characterSet],
    [PART_PROPERTIES.compressionType, treatment.compressed ? gzipMediaType : undefined],
  ];
  const names = new Set<string>(Object.values(PART_PROPERTIES));
  return [
    ...own.filter(({ name }) => !names.has(name)),
    ...ours.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
  ];
}

interface PartRule {
  readonly check: string;
  readonly expected: string;
  readonly message: string;
  /** What was found when the rule is broken, undefined when it is kept. */
  readonly broken: (part: PartInfo) => string | undefined;
}

const first = (values: readonly string[], test: (value: string) => boolean): string | undefined =>
  values.find((value) => !test(value));

const rules: readonly PartRule[] = [
  {
    check: 'part-property-once',
    expected: 'one value',
    message: 'a part property that steers processing has two values',
    broken: ({ properties }) =>
      Object.values(PART_PROPERTIES).find((name) => valuesOf(properties, name).length > 1),
  },
  {
    check: 'compression-type',
    expected: gzipMediaType,
    message: 'CompressionType names a compression other than application/gzip',
    broken: ({ properties }) =>
      first(valuesOf(properties, PART_PROPERTIES.compressionType), (value) => value === gzipMediaType),
  },
  {
    check: 'mime-type-when-compressed',
    expected: 'a MimeType property',
    message: 'a compressed part does not say of which media type it is',
    broken: (part) => {
      const { compressed, mimeType } = partTreatment(part);
      return compressed && mimeType === undefined ? 'none' : undefined;
    },
  },
  {
    check: 'mime-type',
    expected: 'a media type such as application/pdf',
    message: 'MimeType is no media type',
    broken: ({ properties }) =>
      first(valuesOf(properties, PART_PROPERTIES.mimeType), (value) => mediaType.test(value)),
  },
  {
    check: 'character-set',
    expected: 'an encoding name such as UTF-8',
    message: 'CharacterSet is no encoding name',
    broken: ({ properties }) =>
      first(valuesOf(properties, PART_PROPERTIES.characterSet), (value) => encodingName.test(value)),
  },
];

/** The rules of AS4 3.1 for the properties of one part, broken ones as EBMS:0003. */
export function partPropertyViolations(part: PartInfo): readonly Violation[] {
  return rules.flatMap(({ check, expected, message, broken }) => {
    const found = broken(part);
    if (found === undefined) return [];
    const field = `eb:PartInfo[@href="${part.href ?? ''}"]/eb:PartProperties`;
    const finding = { check, field, expected, found };
    return [{ ebms: 'EBMS:0003', code: `as4/${check}`, message, finding } as const];
  });
}

/** Throws Refusal EBMS:0003 `as4/...` for a part whose properties break a rule of AS4 3.1. */
export function checkPartProperties(part: PartInfo): void {
  refuseViolations(partPropertyViolations(part));
}
