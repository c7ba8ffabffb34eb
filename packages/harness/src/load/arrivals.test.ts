import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Random } from '@banyan/random';
import { arrivals } from './arrivals.ts';
import type { Outcome } from './client.ts';
import type { Entry } from './journal.ts';
import type { Load } from './load.ts';
import { createPopulation } from './population.ts';

/** What the journal says of one arrival that is answered so. */
async function noted(load: Load, outcome: Outcome): Promise<Omit<Entry, 'ms'>[]> {
  const entries: Entry[] = [];
  const random = new Random(1);
  const users = createPopulation(random, [1], () => 'token');
  const run = { random, seed: 1, users, name: 'run', rows: {}, violate: () => {} };
  const journal = { write: (entry: Entry) => void entries.push(entry), close: () => {} };
  const course = arrivals(new Map([['session', load]]), run as never, journal, () => {});
  await course.arrive(async () => outcome);
  return entries.map(({ ms: _ms, ...entry }) => entry);
}

const load: Load = {
  start: () => ({
    operations: [
      {
        weight: 1,
        run: async ({ write }) => {
          const brings = [
            { name: 'payment.transfer', key: 's1' },
            { name: 'told', key: 'u1', n: 3 },
          ];
          const call = { kind: 'POST', method: 'POST', path: '/', expect: 200 } as const;
          await write({ name: 'progress', key: 's1', n: 5, brings }, call);
        },
      },
    ],
  }),
};

it('what else a write promises is noted with it, and ends as it does, with whom it is looked for', async () => {
  const ok = { is: 'ok', status: 200, location: undefined, body: {}, stale: false } as const;
  for (const [outcome, at] of [
    [ok, 'ack'],
    [{ is: 'refused', status: 409 }, 'refused'],
    [{ is: 'unknown' }, 'unknown'],
  ] as const) {
    const of = (at: Entry['at']) => [
      { at, load: 'session', promise: 'progress', key: 's1', n: 5, value: undefined },
      { at, load: 'payment', promise: 'transfer', key: 's1', n: undefined, value: undefined },
      { at, load: 'session', promise: 'told', key: 'u1', n: 3, value: undefined },
    ];
    assert.deepEqual(await noted(load, outcome), [...of('try'), ...of(at)]);
  }
});
