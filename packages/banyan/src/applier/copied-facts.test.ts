import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventStore, type Envelope } from '@banyan/events/machinery';
import { contracts, streamOfAccount } from '../testing/account-streams.ts';
import { bankPlan, FACTS } from '../testing/bank-plan.ts';
import { KEYS, streamHere, type World, world } from '../testing/facts-world.ts';
import { copiedFacts } from './copied-facts.ts';

const LIMIT = { timeout: 120_000 };
const EXISTING = import.meta.resolve('../testing/account-streams.ts');
const ASKED = { name: 'bank-for-reports', consumer: 'reports', onProgress() {} };

function ofPlan({ forward }: World, facts = EXISTING) {
  const databases = { monolith: forward.source, service: forward.target, control: forward.source };
  const plan = bankPlan(databases, { facts });
  return { plan, service: plan.services.bank! };
}

async function told({ service }: World): Promise<Envelope[]> {
  const { rows } = await service.query('SELECT message FROM banyan_events.outbox ORDER BY seq');
  return rows.map(({ message }) => message);
}

test(
  'a consumer that asks is told of every row of the copy, once, while the monolith goes on changing them',
  LIMIT,
  async (t) => {
    const at = await world(t, 'bank');
    const { plan, service } = ofPlan(at);
    const link = await streamHere(at, EXISTING);
    let asking = true;
    const writing = (async () => {
      for (let n = 0; asking || n < KEYS; n++)
        await at.legacy.query('UPDATE accounts SET balance = balance + 1 WHERE id = $1', [1 + (n % KEYS)]);
    })();
    const facts = await copiedFacts(plan, service, 'shadowing');
    const done = await facts.tell(ASKED);
    asking = false;
    await writing;
    await link.barrier({ timeoutMs: 60_000 });
    assert.deepEqual(done, { rows: KEYS, total: KEYS, facts: KEYS, complete: true });
    const byAccount = Map.groupBy(await told(at), ({ data }) => data.id as number);
    assert.equal(byAccount.size, KEYS);
    for (const [id, ofAccount] of byAccount) {
      const is = ofAccount.findIndex(({ recipient }) => recipient === 'reports');
      assert.deepEqual(
        ofAccount.map(({ type, recipient, data }) => [type, recipient, data.balance]),
        ofAccount.map((_, n) =>
          n === is ? ['AccountOpened', 'reports', is] : ['BalanceChanged', undefined, n < is ? n + 1 : n],
        ),
        `of ${id}`,
      );
    }
    assert.deepEqual(await facts.tell(ASKED), done);
  },
);

test(
  'nobody is told of rows that are not there yet, or not kept up to date, or of which nothing says what they mean',
  LIMIT,
  async (t) => {
    const at = await world(t, 'bank');
    const { plan, service } = ofPlan(at);
    await assert.rejects(copiedFacts(plan, service, 'copying'), { code: 'not_copied' });
    await streamHere(at, EXISTING);
    await assert.rejects(copiedFacts(plan, service, 'monolith'), { code: 'not_copied' });
    await assert.rejects(copiedFacts(plan, { ...service, facts: null }, 'shadowing'), { code: 'no_facts' });
    const without = ofPlan(at, FACTS);
    const facts = await copiedFacts(without.plan, without.service, 'shadowing');
    await assert.rejects(facts.tell(ASKED), { code: 'NO_EXISTS' });
    assert.equal(facts.beginStreams, undefined);
    assert.deepEqual(await told(at), []);
  },
);

test(
  'the stream of each row of the copy begins with what the row says, unless an event has begun it',
  LIMIT,
  async (t) => {
    const at = await world(t, 'bank');
    const { plan, service } = ofPlan(at);
    const link = await streamHere(at, EXISTING);
    await at.legacy.query('UPDATE accounts SET balance = 4 WHERE id = 1');
    await link.barrier({ timeoutMs: 60_000 });
    const { beginStreams } = await copiedFacts(plan, service, 'shadowing');
    const done = await beginStreams!({});
    assert.deepEqual(done, { rows: KEYS, total: KEYS, facts: KEYS - 1, complete: true });
    await at.legacy.query('UPDATE accounts SET balance = 5 WHERE id = 2');
    await link.barrier({ timeoutMs: 60_000 });
    const store = await createEventStore({ pool: at.service, contracts });
    const streams = await Promise.all(
      [1, 2, 3].map(async (id) =>
        (await store.readStream(streamOfAccount(id))).map(({ type, data }) => [
          type,
          (data as { balance: number }).balance,
        ]),
      ),
    );
    assert.deepEqual(streams, [
      [
        ['AccountOpened', 0],
        ['BalanceChanged', 4],
      ],
      [
        ['AccountOpened', 0],
        ['BalanceChanged', 5],
      ],
      [['AccountOpened', 0]],
    ]);
    // It tells the service, and nobody else.
    assert.deepEqual(
      (await told(at)).map(({ type }) => type),
      ['BalanceChanged', 'BalanceChanged'],
    );
  },
);
