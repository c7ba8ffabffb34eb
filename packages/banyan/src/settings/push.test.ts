import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { FlagsProvider } from '@banyan/service';
import type pg from 'pg';
import { ControlClient } from '../api/client.ts';
import { type Api, serveApi } from '../api/server.ts';
import { serviceToken } from '../api/service-token.ts';
import { ensureToken } from '../api/token.ts';
import { FakeControl } from '../testing/fake-control.ts';
import { MAIN, run, writePlan } from '../testing/run-cli.ts';
import { changeFlag } from './change-flag.ts';
import { type FlagFeed, openFlagFeed } from './feed.ts';
import { createSettings } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'banyan-push-'));
let url: string;
let pool: pg.Pool;
let feed: FlagFeed;
let api: Api;
let token: string;
let provider: FlagsProvider;

before(async () => {
  url = await (await testServer()).database('control');
  pool = createPool(url, { max: 4 });
  token = ensureToken(folder);
  await startControl(0);
  writePlan(folder, api.port);
  provider = new FlagsProvider({ url: api.url, token: serviceToken(token, 'users'), firstMs: 30_000 });
  await provider.initialize();
});

after(async () => {
  await provider?.onClose();
  await api?.close();
  await feed?.close();
  await pool?.end();
  rmSync(folder, { recursive: true, force: true });
});

async function startControl(port: number): Promise<void> {
  const store = await createSettings(pool);
  feed = await openFlagFeed({ pool, settings: store, url });
  api = await serveApi(new FakeControl(), { host: '127.0.0.1', port, token, settings: { store, feed } });
}

/** When a running service has the value, ms by `performance.now()`. */
async function arrival(value: number): Promise<number> {
  for (;;) {
    const seen = await provider.resolveNumberEvaluation('speed', -1, {});
    if (seen.value === value) return performance.now();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const aSpeed = (value: number) => changeFlag(null, 'speed', { variants: { only: value } });

describe('a change of a flag', () => {
  test('is in a running service within a second, by push: no poll is that quick', async (t) => {
    const client = new ControlClient(api.url, token);
    const took: number[] = [];
    for (let value = 1; value <= 20; value++) {
      const changed = performance.now();
      const [arrived] = await Promise.all([arrival(value), client.setFlag(aSpeed(value), null)]);
      took.push(arrived - changed);
    }
    took.sort((a, b) => a - b);
    // The only timer on the way ticks once a second: a change that waits for it, made right after a tick, takes that long. A
    // machine that stands still may delay a few of the others, too.
    assert.ok(took[10]! < 900, `${took}`);
    t.diagnostic(
      `change to service: median ${took[10]!.toFixed(1)} ms, slowest ${took.at(-1)!.toFixed(1)} ms`,
    );
  });

  test('by the command line reaches it, too', async () => {
    const { code, stderr } = await run([MAIN, 'flags', 'set', 'speed', '--variant', 'only=99'], folder).ended;
    assert.equal(code, 0, stderr);
    await arrival(99);
  });

  test('made while the service was cut off is there once the control plane is back', async () => {
    const { port } = api;
    await api.close();
    await feed.close();
    await (await createSettings(pool)).setFlag(aSpeed(100), null);
    assert.equal((await provider.resolveNumberEvaluation('speed', -1, {})).value, 99, 'the last known value');
    await startControl(port);
    await arrival(100);
  });
});
