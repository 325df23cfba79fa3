import { children, element, isElement } from '../../protocol/xml/index.ts';
import { unfit } from '../codec/codec.ts';
import type { ElementCodec, Reading } from '../codec/codec.ts';
import { any, attr, requiredAttr } from '../codec/members.ts';
import { childPlaces } from '../codec/places.ts';
import { STRING } from '../codec/slots.ts';
import type { SlotValueCodec } from '../codec/slots.ts';
import { structure } from '../codec/structure.ts';
import type { LocalizedString } from '../model/error-response.ts';
import type { Keeping } from '../model/kept.ts';
import type { Procedure } from '../model/request.ts';
import { NAMESPACES } from '../namespaces.ts';

interface InternationalString extends Keeping {
  readonly strings?: readonly LocalizedString[];
}

const INTERNATIONAL: ElementCodec<InternationalString> = structure<InternationalString>({
  strings: any(
    'rim:LocalizedString',
    structure<LocalizedString>({ value: requiredAttr('value'), lang: attr('xml:lang') }),
  ),
});

/** A slot that holds a text in several languages. */
export const LOCALIZED_STRINGS: SlotValueCodec<readonly LocalizedString[]> = {
  typeIn: () => 'InternationalStringValueType',
  read(slotValue, place, reading) {
    const [value, ...more] = children(slotValue);
    if (value === undefined || more.length > 0 || !isElement(value, NAMESPACES.rim, 'Value')) {
      return unfit(reading, { check: 'slot-value', field: place, expected: 'one rim:Value' });
    }
    const read = INTERNATIONAL.read(value, childPlaces(slotValue, place)[0]!, reading);
    // What stands beside the strings has no place in a plain list: then the slot is kept as it is.
    return read === undefined || read.kept !== undefined ? undefined : (read.strings ?? []);
  },
  write: (strings, writing) => INTERNATIONAL.write('rim:Value', { strings }, writing),
};

/** The procedure: a text since EDM 2.0, before that one localised string (R-EDM-REQ-S022). */
export const PROCEDURE: SlotValueCodec<Procedure> = {
  typeIn: (version) => version.procedureType,
  read(slotValue, place, reading) {
    if (reading.version.procedureType === 'StringValueType') {
      const code = STRING.read(slotValue, place, reading);
      return code === undefined ? undefined : { code };
    }
    return localizedProcedure(LOCALIZED_STRINGS.read(slotValue, place, reading), place, reading);
  },
  write: (procedure, writing) =>
    writing.version.procedureType === 'StringValueType'
      ? STRING.write(procedure.code, writing)
      : writeLocalized(procedure),
};

function localizedProcedure(
  strings: readonly LocalizedString[] | undefined,
  place: string,
  reading: Reading,
): Procedure | undefined {
  if (strings === undefined) return undefined;
  const [only, ...more] = strings;
  if (only === undefined || more.length > 0 || only.kept !== undefined) {
    return unfit(reading, { check: 'slot-value', field: place, expected: 'one rim:LocalizedString' });
  }
  return only.lang === undefined ? { code: only.value } : { code: only.value, lang: only.lang };
}

function writeLocalized({ code, lang }: Procedure): string {
  return element('rim:Value', {}, element('rim:LocalizedString', { 'xml:lang': lang, value: code }));
}
