import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type TestServer, testServer } from '@banyan/postgres/testing';
import type { RunningService } from '@banyan/service';
import { until } from '../../../kit/testing/until.ts';
import { jobs } from '../main.ts';

let server: TestServer;
let running: RunningService | undefined;

before(async () => {
  server = await testServer();
});

after(async () => await running?.close());

async function start(JOB_SOURCES: string): Promise<RunningService> {
  const [DATABASE_URL, BUS_URL] = [await server.database('jobs'), await server.database('bus')];
  return await jobs.start({ DATABASE_URL, BUS_URL, LOG_LEVEL: 'silent', JOB_SOURCES });
}

it('sources that cannot be are named when the service starts', async () => {
  const wrong = [
    'greenhouse:vaulttec',
    '[{"kind":"monster","board":"a"}]',
    '[{"kind":"lever"}]',
    '[{"kind":"lever","board":"../admin"}]',
    '[{"kind":"rss","board":"file:///etc/passwd"}]',
  ];
  for (const list of wrong) await assert.rejects(start(list), /JOB_SOURCES.* is no list of sources/, list);
});

it('the service reads what is listed once it is there, into the public internet only, and stops at once', async () => {
  running = await start('[{"kind":"rss","board":"http://127.0.0.1:3999/feed"}]');
  const { pool } = running;
  const run = await until(async () => {
    const { rows } = await pool.query(
      'SELECT outcome, error FROM job_source_runs WHERE ended_at IS NOT NULL',
    );
    return rows[0];
  });
  assert.deepEqual(run, { outcome: 'failed', error: '127.0.0.1 is not on the public internet' });
  await running.close();
  running = undefined;
});
