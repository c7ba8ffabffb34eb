import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { until } from '@banyan/postgres/testing';
import { grant } from './testing/books.ts';
import { startWorld, type World } from './testing/world.ts';

let world: World;

before(async () => {
  world = await startWorld({ LEDGER_CHECK_MS: '20', HOLD_LOOK_MS: '20' });
});

after(async () => {
  await world?.stop();
});

const somebody = async (credits: number) => {
  const owner = randomUUID();
  await grant(world.service.pool, owner, credits);
  return owner;
};
const holdFor = (userId: string, credits: number, seconds = 3_600) => {
  const expiresAt = new Date(Date.now() + seconds * 1_000).toISOString();
  return world.operations.holdCredits({
    body: { key: randomUUID(), userId, credits, reference: 'session:1', expiresAt },
  });
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'OK',
    (error) => error.problem?.code ?? error.code,
  );

describe('a session', () => {
  it('sets credits aside and pays them, and all are told once', async () => {
    const [seeker, provider] = [await somebody(100), randomUUID()];
    const hold = await holdFor(seeker, 40);
    assert.deepEqual((await world.call(seeker, 'GET', '/credits')).body, {
      ...{ userId: seeker, balance: 100, held: 40, available: 60, debt: 0 },
    });
    const body = { key: randomUUID(), toUserId: provider };
    const paid = await world.operations.captureHold({ params: { id: hold.id }, body });
    assert.deepEqual(
      { ...paid, transactionId: '' },
      {
        ...{ transactionId: '', amount: 40, platformFee: 2, providerCredits: 38 },
      },
    );
    assert.deepEqual(await world.operations.captureHold({ params: { id: hold.id }, body }), paid);
    const { content, totalElements } = (await world.call(provider, 'GET', '/transactions')).body;
    assert.equal(totalElements, 1);
    assert.deepEqual(
      [content[0].type, content[0].credits, content[0].reference],
      ['SESSION_EARNING', 38, 'session:1'],
    );
    assert.deepEqual((await world.call(provider, 'GET', `/transactions/${content[0].id}`)).body, content[0]);
    const spent = (await world.call(seeker, 'GET', `/transactions/${paid.transactionId}`)).body;
    assert.deepEqual([spent.type, spent.credits], ['SESSION_PAYMENT', -40]);
    const other = await world.call(randomUUID(), 'GET', `/transactions/${paid.transactionId}`);
    assert.deepEqual([other.status, other.body.code], [404, 'TRANSACTION_NOT_FOUND']);
    const told = (await world.said('CreditsTransferred')).filter(({ fromUserId }) => fromUserId === seeker);
    assert.deepEqual(told, [
      {
        ...{ fromUserId: seeker, toUserId: provider, amount: 40, platformFee: 2 },
        ...{ transactionId: paid.transactionId, reference: 'session:1' },
      },
    ]);
  });

  it('gives back what it does not need, asked for or not', async () => {
    const seeker = await somebody(100);
    const [asked, forgotten] = [await holdFor(seeker, 40), await holdFor(seeker, 50, 0.1)];
    const shown = async () => {
      const { content } = (await world.call(seeker, 'GET', '/credits/holds')).body;
      return content.map((one: Record<string, unknown>) => [one.sessionId, one.amount, one.captured]);
    };
    assert.deepEqual((await shown()).at(-1), ['1', 40, null]);
    await world.operations.releaseHold({ params: { id: asked.id } });
    assert.deepEqual((await shown()).at(-1), ['1', 40, 0]);
    await until(async () => (await world.call(seeker, 'GET', '/credits')).body.available === 100);
    const told = (await world.said('CreditsReleased')).filter(({ userId }) => userId === seeker);
    assert.deepEqual(told.map(({ holdId, reason }) => [holdId, reason]).sort(), [
      ...[
        [asked.id, 'RELEASED'],
        [forgotten.id, 'EXPIRED'],
      ].sort(),
    ]);
    const late = world.operations.captureHold({
      params: { id: forgotten.id },
      body: { key: randomUUID(), toUserId: randomUUID() },
    });
    assert.equal(await codeOf(late), 'HOLD_ENDED');
  });

  it('is refused what is not there, with how much is', async () => {
    const seeker = await somebody(10);
    assert.equal(await codeOf(holdFor(seeker, 11)), 'INSUFFICIENT_CREDITS');
    assert.equal(await codeOf(holdFor(randomUUID(), 1)), 'INSUFFICIENT_CREDITS');
  });
});

describe('nobody but services', () => {
  it('moves credits', async () => {
    const seeker = await somebody(10);
    const answer = await fetch(`${world.service.url}/internal/holds`, { method: 'POST' });
    assert.equal(answer.status, 401);
    assert.equal((await world.call(seeker, 'GET', '/credits/')).status, 404);
  });

  it('is told of a mistake in other words than those of the monolith', async () => {
    const { status, body } = await world.call(randomUUID(), 'GET', '/transactions?size=1000');
    assert.equal(status, 400);
    assert.equal(body.type, 'about:blank');
    assert.equal(body.instance, '/api/v1/transactions');
    assert.equal(body.code, 'INVALID_REQUEST');
  });
});

it('whoever is suspended or gone asks for nothing any more, of administrators too, and others go on', async () => {
  const { paths } = (await (await fetch(`${world.service.url}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const open = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/v1/') && !path.includes('webhooks'))
    .flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => [method.toUpperCase(), path] as const),
    );
  assert.ok(open.length > 20, `${open.length}`);
  for (const status of ['SUSPENDED', 'DELETED']) {
    const person = await somebody(50);
    await world.service.pool.query('INSERT INTO people VALUES ($1, $2)', [person, status]);
    for (const [method, path] of open) {
      const asked = path
        .replace('/api/v1', '')
        .replaceAll(/\{\w*[iI]d\}/g, randomUUID())
        .replace('{year}', '2026');
      const { status, body } = await world.call(person, method, asked, undefined, { role: 'ADMIN' });
      assert.deepEqual([status, body.code], [403, 'ACCOUNT_INACTIVE'], `${method} ${path}`);
    }
    await world.service.pool.query(`UPDATE people SET status = 'ACTIVE' WHERE id = $1`, [person]);
    assert.equal((await world.call(person, 'GET', '/credits')).body.balance, 50);
  }
});

describe('books that are not right', () => {
  const spoil = async (sql: string, owner: string) => {
    await world.service.pool.query(sql, [owner]);
    const broken = await until(async () =>
      (await world.said('LedgerBroken')).find(({ account }) => account === `WALLET:${owner}`),
    );
    return broken!;
  };

  it('are noticed by themselves, told once, and nothing moves in that wallet any more', async () => {
    const [owner, other] = [await somebody(100), await somebody(100)];
    const { id } = await holdFor(owner, 5);
    const { violations } = await spoil(
      `UPDATE accounts SET balance = balance + 7 WHERE kind = 'WALLET' AND owner = $1`,
      owner,
    );
    assert.deepEqual(violations, [{ invariant: 'BALANCE', expected: 100, found: 107 }]);
    assert.equal(await codeOf(holdFor(owner, 1)), 'WALLET_STOPPED');
    assert.equal(await codeOf(world.operations.releaseHold({ params: { id } })), 'WALLET_STOPPED');
    assert.equal(await codeOf(grant(world.service.pool, owner, 1)), 'WALLET_STOPPED');
    assert.equal(await codeOf(holdFor(other, 1)), 'OK');
    const metrics = await (await fetch(`${world.service.url}/metrics`)).text();
    assert.match(metrics, /^ledger_violations\{invariant="BALANCE",.*\} [1-9]/m);
    assert.equal(
      (await world.said('LedgerBroken')).filter(({ account }) => account === `WALLET:${owner}`).length,
      1,
    );
  });

  it('are noticed too where holds do not add up, or an entry was slipped in', async () => {
    const [held, slipped] = [await somebody(100), await somebody(100)];
    const byHolds = await spoil(`UPDATE accounts SET held = 3 WHERE kind = 'WALLET' AND owner = $1`, held);
    assert.deepEqual(byHolds.violations, [{ invariant: 'HOLDS', expected: 0, found: 3 }]);
    const bySlip = await spoil(
      `WITH made AS (SELECT id, version FROM accounts WHERE kind = 'WALLET' AND owner = $1),
         other AS (SELECT id FROM accounts WHERE kind = 'FEES' LIMIT 1),
         posting AS (SELECT id FROM postings LIMIT 1)
       INSERT INTO entries SELECT made.id, made.version + 1, posting.id, 5, 5 FROM made, posting
       UNION ALL SELECT other.id, 1000000, posting.id, -5, 0 FROM other, posting`,
      slipped,
    );
    assert.deepEqual(
      (bySlip.violations as { invariant: string }[]).map(({ invariant }) => invariant),
      ['BALANCE', 'CHAIN', 'CHAIN', 'CHAIN'],
    );
  });
});
