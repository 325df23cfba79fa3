import { refuseViolations } from '../ebms/index.ts';
import type { Property, UserMessage, Violation } from '../ebms/index.ts';
import type { Leg, PayloadProfile, PropertyRule } from '../pmode/index.ts';
import { partTreatment } from './part-properties.ts';

function mismatch(
  check: string,
  message: string,
  facts: { field: string; expected: string; found: string },
): Violation {
  return { ebms: 'EBMS:0010', code: `as4/${check}`, message, finding: { check, ...facts } };
}

/** Media type without parameters, lower case. */
const bare = (type: string): string => type.split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** How many parts of which types a leg carries (PMode[].BusinessInfo.PayloadProfile), broken rules as EBMS:0010. */
export function payloadProfileViolations(
  message: UserMessage,
  profile: PayloadProfile,
): readonly Violation[] {
  const parts = message.payloadInfo;
  const counted = parts.length >= profile.minParts && parts.length <= profile.maxParts;
  const count = mismatch('payload-count', `${parts.length} parts do not fit the payload profile`, {
    field: 'eb:PayloadInfo',
    expected: `${profile.minParts} to ${profile.maxParts}`,
    found: String(parts.length),
  });
  const allowed = profile.mimeTypes?.map(bare);
  const types = parts.flatMap((part, index) => {
    const { mimeType } = partTreatment(part);
    if (allowed === undefined || (mimeType !== undefined && allowed.includes(bare(mimeType)))) return [];
    return [
      mismatch('payload-mime-type', `part ${index + 1} is of a type the payload profile does not allow`, {
        field: `eb:PartInfo[${index + 1}]/eb:PartProperties/eb:Property[@name="MimeType"]`,
        expected: allowed.join(', '),
        found: mimeType ?? 'none',
      }),
    ];
  });
  return counted ? types : [count, ...types];
}

/** Sizes in bytes after decompression, in the order of the parts, against the payload profile; as EBMS:0010. */
export function payloadSizeViolations(
  sizes: readonly number[],
  profile: PayloadProfile,
): readonly Violation[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const parts = sizes.flatMap((size, index) =>
    size <= profile.maxPartSize
      ? []
      : [
          mismatch('payload-part-size', `part ${index + 1} is larger than the payload profile allows`, {
            field: `eb:PartInfo[${index + 1}]`,
            expected: `at most ${profile.maxPartSize} bytes`,
            found: `${size} bytes`,
          }),
        ],
  );
  const message = mismatch('payload-message-size', 'the parts together are larger than allowed', {
    field: 'eb:PayloadInfo',
    expected: `at most ${profile.maxMessageSize} bytes`,
    found: `${total} bytes`,
  });
  return total <= profile.maxMessageSize ? parts : [...parts, message];
}

function ruleViolation(rule: PropertyRule, properties: readonly Property[]): readonly Violation[] {
  const field = `eb:MessageProperties/eb:Property[@name="${rule.name}"]`;
  const named = properties.filter(({ name }) => name === rule.name);
  if (named.length === 0) {
    const absent = { field, expected: 'present', found: 'absent' };
    return rule.required ? [mismatch('property-required', `property ${rule.name} is missing`, absent)] : [];
  }
  return named.flatMap((property) => [
    ...(rule.type === undefined || rule.type === property.type
      ? []
      : [
          mismatch('property-type', `property ${rule.name} is of another type`, {
            field: `${field}/@type`,
            expected: rule.type,
            found: property.type ?? 'none',
          }),
        ]),
    ...(rule.value === undefined || rule.value === property.value
      ? []
      : [
          mismatch('property-value', `property ${rule.name} has another value than agreed`, {
            field,
            expected: rule.value,
            found: 'another value',
          }),
        ]),
  ]);
}

/** What a leg says about message properties. */
export type PropertySet = Pick<Leg, 'properties' | 'closedProperties'>;

/** Message properties against the property set of a leg (PMode[].BusinessInfo.Properties), broken rules as EBMS:0010. */
export function propertyViolations(message: UserMessage, leg: PropertySet): readonly Violation[] {
  const known = new Set(leg.properties.map(({ name }) => name));
  const strangers = leg.closedProperties
    ? message.messageProperties.filter(({ name }) => !known.has(name))
    : [];
  return [
    ...leg.properties.flatMap((rule) => ruleViolation(rule, message.messageProperties)),
    ...strangers.map(({ name }) =>
      mismatch('property-unknown', `property ${name} is not part of the agreement`, {
        field: 'eb:MessageProperties',
        expected: [...known].join(', '),
        found: name,
      }),
    ),
  ];
}

/** Throws Refusal EBMS:0010 for message properties that do not fit the property set of the leg. */
export function checkRequiredProperties(message: UserMessage, leg: PropertySet): void {
  refuseViolations(propertyViolations(message, leg));
}

/** Throws Refusal EBMS:0010 for a number or type of parts that does not fit the payload profile of the leg. */
export function checkPayloadProfile(message: UserMessage, profile: PayloadProfile): void {
  refuseViolations(payloadProfileViolations(message, profile));
}

/** Throws Refusal EBMS:0010 for payloads larger than the leg allows; sizes in bytes after decompression. */
export function checkPayloadSizes(sizes: readonly number[], profile: PayloadProfile): void {
  refuseViolations(payloadSizeViolations(sizes, profile));
}
