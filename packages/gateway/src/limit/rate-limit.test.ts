import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startBackend, startTestGateway, tableOf } from '../testing/gateway.ts';
import { jwtWorld } from '../testing/tokens.ts';
import { RateLimiter } from './rate-limit.ts';

describe('rate limit', () => {
  test('a consumer over the limit gets 429 with Retry-After, others go on', async (t) => {
    const { auth, call, monolith } = await jwtWorld(t, { rateLimit: { perMinute: 3, perHour: 100 } });
    const [one, two] = [await auth.sign('1'), await auth.sign('2')];
    for (let i = 0; i < 3; i++) assert.equal((await call(one)).status, 200);
    const refused = await call(one);
    assert.deepEqual([refused.status, refused.body.code], [429, 'too-many-requests']);
    assert.equal((await call(two)).status, 200);
    assert.ok(monolith.seen.length <= 4);
  });

  test('429 tells the limit and when to come again', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const limited = tableOf({ monolith: monolith.url }, 0, [], { rateLimit: { perMinute: 1, perHour: 100 } });
    const { gateway } = await startTestGateway(t, limited);
    await fetch(gateway.url);
    const { headers } = await fetch(gateway.url);
    assert.equal(headers.get('ratelimit-limit'), '1');
    assert.equal(headers.get('ratelimit-remaining'), '0');
    assert.ok(Number(headers.get('retry-after')) > 0);
    assert.equal(headers.get('ratelimit-reset'), headers.get('retry-after'));
  });

  test('every answer tells what is allowed and what is left of it, also refusals of ours; whoever is not counted is told nothing', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const rateLimit = { perMinute: 3, perHour: 100 };
    const limited = tableOf({ monolith: monolith.url }, 0, [], { rateLimit, trustedHops: 1 });
    const { gateway } = await startTestGateway(t, limited);
    const told = async (headers: Record<string, string>) => {
      const answer = await fetch(gateway.url, { headers });
      const { window, left } =
        /^"(?<window>\w+)";r=(?<left>\d+);t=[1-9]\d*$/.exec(answer.headers.get('ratelimit') ?? '')?.groups ??
        {};
      return [answer.status, answer.headers.get('ratelimit-policy'), window, left];
    };
    const policy = '"minute";q=3;w=60, "hour";q=100;w=3600';
    const client = { 'x-forwarded-for': '1.1.1.1' };
    assert.deepEqual(await told(client), [200, policy, 'minute', '2']);
    monolith.answer = (_req, res) => res.writeHead(418).end();
    assert.deepEqual(await told(client), [418, policy, 'minute', '1']);
    await monolith.stop();
    assert.deepEqual(await told(client), [503, policy, 'minute', '0']);
    assert.deepEqual(await told(client), [429, policy, 'minute', '0']);
    assert.deepEqual(await told({}), [503, null, undefined, undefined]);
  });

  test('behind a balancer each client has a limit of its own, whatever it claims; an IPv6 network is one client', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const rateLimit = { perMinute: 2, perHour: 100 };
    const { gateway } = await startTestGateway(
      t,
      tableOf({ monolith: monolith.url }, 0, [], { rateLimit, trustedHops: 1 }),
    );
    const statuses = async (addresses: string[]) => {
      const list: number[] = [];
      for (const address of addresses)
        list.push((await fetch(gateway.url, { headers: { 'x-forwarded-for': address } })).status);
      return list;
    };
    assert.deepEqual(
      await statuses(['1.1.1.1', '1.1.1.2', '9.9.9.9, 1.1.1.1', '8.8.8.8, 1.1.1.1', '1.1.1.2']),
      [200, 200, 200, 429, 200],
    );
    assert.deepEqual(
      await statuses(['2001:db8::1', '2001:db8::2', '2001:db8:0:0:5::', '2001:db8:0:1::1']),
      [200, 200, 429, 200],
    );
    assert.deepEqual(await statuses(['', 'unknown', 'unknown', 'unknown']), [200, 200, 200, 200]);
  });

  test('as long as the plan does not say how addresses are known, nobody is limited by address', async (t) => {
    const { auth, call, gateway } = await jwtWorld(t, {
      rateLimit: { perMinute: 1, perHour: 100 },
      trustedHops: undefined,
    });
    for (let i = 0; i < 5; i++) assert.equal((await fetch(`${gateway.url}/nothing`)).status, 200);
    const token = await auth.sign('1');
    assert.equal((await call(token)).status, 200);
    assert.equal((await call(token)).status, 429, 'a token names who is counted');
  });

  test('the window slides: the last minute counts by the share still in sight', () => {
    const limiter = new RateLimiter({ perMinute: 10, perHour: 1_000 });
    for (let i = 0; i < 10; i++) assert.ok(limiter.take('a', 30_000).allowed);
    assert.equal(limiter.take('a', 59_000).allowed, false);
    const later = limiter.take('a', 90_000); // half of the last window still counts: 5 used
    assert.deepEqual([later.allowed, later.remaining], [true, 4]);
    assert.equal(limiter.take('a', 200_000).remaining, 9);
  });

  test('after Retry-After the next request passes', () => {
    for (const start of [0, 10_000, 59_000]) {
      const limiter = new RateLimiter({ perMinute: 5, perHour: 1_000 });
      for (let i = 0; i < 5; i++) limiter.take('a', start);
      const { allowed, resetS } = limiter.take('a', start);
      assert.equal(allowed, false);
      assert.ok(limiter.take('a', start + resetS * 1_000).allowed, `from ${start} after ${resetS} s`);
    }
  });

  test('the hour limits too', () => {
    const limiter = new RateLimiter({ perMinute: 100, perHour: 150 });
    assert.equal(limiter.look('a', 0).window, 'minute');
    let passed = 0;
    for (let minute = 0; minute < 3; minute++) {
      for (let i = 0; i < 100; i++) if (limiter.take('a', minute * 120_000).allowed) passed++;
    }
    assert.equal(passed, 150);
    assert.deepEqual([limiter.look('a', 360_000).window, limiter.look('a', 360_000).limit], ['hour', 150]);
  });

  test('what other workers have counted counts here', () => {
    const [one, two] = [1, 2].map(() => new RateLimiter({ perMinute: 10, perHour: 100 }));
    for (let i = 0; i < 9; i++) one!.take('a', 0);
    two!.absorb(one!.takeUnsent(), 0);
    assert.deepEqual(one!.takeUnsent(), []);
    assert.deepEqual([two!.take('a', 0).allowed, two!.take('a', 0).allowed], [true, false]);
  });

  test('memory is bounded: the longest unused are forgotten', () => {
    const limiter = new RateLimiter({ perMinute: 1, perHour: 10 }, 10);
    limiter.take('a', 0);
    for (let i = 0; i < 20; i++) limiter.take(`other ${i}`, 0);
    assert.ok(limiter.take('a', 0).allowed);
  });

  test('memory is bounded where nobody asks what was counted, and who was left out is told of later', () => {
    const limiter = new RateLimiter({ perMinute: 10, perHour: 10 }, 10);
    for (let i = 0; i < 20; i++) limiter.take(`other ${i}`, 0);
    assert.equal(limiter.takeUnsent().length, 5);
    limiter.take('other 19', 0);
    assert.deepEqual(limiter.takeUnsent(), [['other 19', 1]]);
  });
});
