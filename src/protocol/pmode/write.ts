import { Document, isMap, isScalar, isSeq } from 'yaml';
import type { LegFile, PModeFile } from './file-shape.ts';
import type { Origin } from './layers.ts';
import { isPlainHttp } from './plain-http.ts';
import { pathText } from './problems.ts';
import type { SettingPath } from './problems.ts';
import type { Leg, PMode, Party } from './types.ts';
import { formatDuration, formatSize } from './units.ts';

/**
 * A P-Mode as a file in which nothing is left to profiles and defaults: reading it gives the same P-Mode. With the
 * `origins` of `parsePMode`, every value that the original file did not state carries a comment that says whence it came.
 */
export function writePMode(pmode: PMode, origins: ReadonlyMap<string, Origin> = new Map()): string {
  const { id, mep, binding, agreement, initiator, responder, legs } = pmode;
  const file: PModeFile = {
    id,
    profile: 'common',
    mep,
    binding,
    ...(agreement === undefined ? {} : { agreement: { value: agreement.value, ...typeOf(agreement) } }),
    parties: Object.fromEntries(
      [initiator, responder].map(({ party }) => [party.name, writeParty(party)] as const),
    ),
    initiator: { party: initiator.party.name, role: initiator.role },
    responder: { party: responder.party.name, role: responder.role },
    legs: legs.map(writeLeg),
  };
  const document = new Document(file, { aliasDuplicateObjects: false });
  comment(document.contents, [], origins);
  return document.toString({ lineWidth: 0 });
}

function typeOf(typed: { readonly type?: string | undefined }): { type?: string } {
  return typed.type === undefined ? {} : { type: typed.type };
}

function writeParty(party: Party): NonNullable<PModeFile['parties']>[string] {
  const { partyIds, address, country, certificates } = party;
  const { signing, encryption, anchors, subject } = certificates;
  return {
    ids: partyIds.map((id) => ({ value: id.value, ...typeOf(id) })),
    ...(address === undefined ? {} : { address }),
    ...(address !== undefined && isPlainHttp(address) ? { allowPlainHttp: true } : {}),
    ...(country === undefined ? {} : { country }),
    certificates: {
      signing: [...signing],
      encryption: [...encryption],
      anchors: [...anchors],
      ...(subject === undefined ? {} : { subject: { ...subject } }),
    },
  };
}

function writeLeg(leg: Leg): LegFile {
  const { payload, receptionAwareness, documentCheck, properties, service } = leg;
  return {
    ...leg,
    service: { value: service.value, ...typeOf(service) },
    properties: properties.map((rule) => ({ ...rule })),
    payload: {
      minParts: payload.minParts,
      maxParts: payload.maxParts,
      maxPartSize: formatSize(payload.maxPartSize),
      maxMessageSize: formatSize(payload.maxMessageSize),
      ...(payload.mimeTypes === undefined ? {} : { mimeTypes: [...payload.mimeTypes] }),
    },
    receptionAwareness: { ...receptionAwareness, window: formatDuration(receptionAwareness.window) },
    documentCheck: { ...documentCheck } as LegFile['documentCheck'],
  };
}

/** Puts ` # default` and the like behind the values that the file itself does not state. */
function comment(node: unknown, path: SettingPath, origins: ReadonlyMap<string, Origin>): void {
  const origin = origins.get(pathText(path));
  if (origin !== undefined && origin.label !== 'this file') {
    if (isScalar(node)) node.comment = ` ${origin.label}`;
    else if (isMap(node) || isSeq(node)) node.commentBefore = ` ${origin.label}`;
  }
  if (isMap(node))
    for (const { key, value } of node.items)
      comment(value, [...path, isScalar(key) ? String(key.value) : ''], origins);
  if (isSeq(node)) node.items.forEach((item, index) => comment(item, [...path, index], origins));
}
