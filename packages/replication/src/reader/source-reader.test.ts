import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { currentLsn, dropSlot, slotStatus } from '@banyan/postgres';
import type pg from 'pg';
import { openLink } from '../link/link.ts';
import { sharedSource } from '../testing/shared-source.ts';
import { copySlot, type Ends } from './home.ts';
import type { SharedStream } from './shared-stream.ts';
import { SourceReader } from './source-reader.ts';

/** As a link would that has applied all there is, and can be told to be waited for. */
class Reading {
  readonly names: Ends;
  rounds = 0;
  waited = false;
  stream: SharedStream | undefined;

  constructor(names: Ends) {
    this.names = names;
  }

  async apply(reader: SourceReader, source: pg.Pool): Promise<void> {
    const startedAt = (await slotStatus(source, this.names.slot))!.confirmedFlushLsn;
    const acked = await currentLsn(source);
    reader.apply({
      names: this.names,
      wants: () => true,
      position: () => ({ startedAt, acked }),
      ready: () => {
        this.rounds++;
        return true;
      },
      awaited: () => this.waited,
      join: (stream) => {
        this.stream = stream;
      },
    });
  }

  async joined(): Promise<SharedStream> {
    while (!this.stream) await delay(5);
    await this.stream.settled;
    return this.stream;
  }
}

async function world() {
  const dbs = await sharedSource(3);
  const links = dbs.configs.map((config) => openLink(config));
  for (const link of links) await link.prepare();
  // One position from which each may read: that of the slot which was made when all publications were there.
  const [last, ...others] = links.map(({ names }) => names.slot).reverse() as [string, ...string[]];
  for (const slot of others) {
    await dropSlot(dbs.legacy, slot);
    await copySlot(dbs.legacy, last, slot);
  }
  const reader = await SourceReader.begin(dbs.configs[0]!.source, dbs.system);
  const readings = links.map(({ names }) => new Reading(names));
  const close = async () => {
    const ended = readings.map(({ stream }) => stream?.close());
    await Promise.all(ended);
    await reader.close();
    for (const link of links) await link.drop();
    assert.deepEqual(await dbs.slots(), []);
    await dbs.close();
  };
  return { dbs, reader, readings, close };
}

test('nobody joins while a fence or a barrier waits for a link that reads with others', async () => {
  const { dbs, reader, readings, close } = await world();
  const [first, second, third] = readings as [Reading, Reading, Reading];
  for (const each of [first, second]) await each.apply(reader, dbs.legacy);
  for (const each of [first, second]) await each.joined();
  first.waited = true;
  await third.apply(reader, dbs.legacy);
  while (third.rounds < 3) await delay(5);
  assert.equal(third.stream, undefined);
  first.waited = false;
  await third.joined();
  await close();
});

test('a link whose comment somebody has removed gets a slot of its own all the same when it leaves', async () => {
  const { dbs, reader, readings, close } = await world();
  const [first, second] = readings as [Reading, Reading, Reading];
  for (const each of [first, second]) await each.apply(reader, dbs.legacy);
  for (const each of [first, second])
    assert.equal(await reader.dropOwnSlot(each.names, await each.joined()), true);
  await dbs.legacy.query(`COMMENT ON PUBLICATION ${first.names.publication} IS NULL`);
  await first.stream!.close();
  assert.equal((await slotStatus(dbs.legacy, first.names.slot))?.made, true);
  await close();
});

test('links of one source send it one heartbeat together', async () => {
  const { reader, close } = await world();
  assert.equal(reader.mayBeat(60_000), true);
  assert.equal(reader.mayBeat(60_000), false);
  assert.equal(reader.mayBeat(0), true);
  await close();
});
