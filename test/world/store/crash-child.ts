import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { openFilePayloads } from '../../../src/world/payloads/index.ts';
import { openSqliteStore } from '../../../src/world/store/index.ts';
import type { MessageStore, PayloadStore, StoredPart } from '../../../src/msh/ports/index.ts';
import { attempt, envelope, newInbound, newOutbound, receipt, storedPart } from '../../support/records.ts';

/**
 * A gateway's worth of store work without end, to be killed at any moment. A line on standard output says what was
 * promised, the moment it was: `in ROW`, `out ROW`, `sent ROW`.
 */
const folder = process.argv[2]!;
const store = await openSqliteStore({ file: join(folder, 'quoin.db'), lockWait: 5000 });
const payloads = await openFilePayloads({ folder: join(folder, 'payloads') });

// As at every start: what the process before left unnamed goes, and nothing else.
await payloads.sweep(0, (handles) => store.referencedPayloads(handles));
say('ready', '-');
await Promise.all([
  receiving(store, payloads),
  receiving(store, payloads),
  sending(store, payloads),
  sending(store, payloads),
]);

async function receiving(to: MessageStore, kept: PayloadStore): Promise<never> {
  for (;;) {
    const message = newInbound({ parts: [await payload(kept), await payload(kept)] });
    await to.insertInbound(message);
    say('in', message.rowId);
  }
}

async function sending(to: MessageStore, kept: PayloadStore): Promise<never> {
  for (;;) {
    const message = newOutbound({ parts: [await payload(kept)] });
    await to.insertOutbound(message);
    say('out', message.rowId);
    const now = Date.now();
    await to.claimOutbound(message.rowId, now, 1);
    await to.keepEnvelope(message.rowId, envelope());
    await to.settleAttempt(message.rowId, attempt(), { state: 'ACKNOWLEDGED', receipt: receipt(), at: now });
    say('sent', message.rowId);
  }
}

/** A payload that tells by itself whether it is whole: the part states its digest. */
async function payload(kept: PayloadStore): Promise<StoredPart> {
  const bytes = randomBytes(Math.floor(Math.random() * 300_000));
  const writer = await kept.create();
  for (let start = 0; start < bytes.byteLength; start += 50_000)
    await writer.write(bytes.subarray(start, start + 50_000));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...storedPart(await writer.commit(), `cid:${randomUUID()}`), sha256, size: bytes.byteLength };
}

function say(what: string, row: string): void {
  writeSync(1, `${what} ${row}\n`);
}
