import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createPool } from '@banyan/postgres';
import { createEncryption } from '@banyan/service';
import { until } from '../../../kit/testing/until.ts';
import { startSmtp } from '../channels/testing/smtp.ts';
import { variables } from '../testing/start.ts';
import { createContents } from './contents.ts';
import { enqueue } from './queue.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const LIMIT = { timeout: 120_000 };
const children: ChildProcess[] = [];

after(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...env, PORT: '0' },
    stdio: 'ignore',
  });
  children.push(child);
  return child;
}

it(
  'a message whose process is killed before it was handed over is sent by the next, one killed after is sent by nobody',
  LIMIT,
  async (t) => {
    const smtp = await startSmtp();
    t.after(() => smtp.stop());
    const env = await variables({ SMTP_URL: smtp.url, DELIVERY_LEASE_SECONDS: '1' });
    const pool = createPool(env.DATABASE_URL!, { max: 2 });
    t.after(() => pool.end());
    const row = async () => (await pool.query('SELECT * FROM deliveries')).rows[0];

    // Killed when the server is asked whether it takes the recipient.
    const first = start(env);
    smtp.onRecipient = async () => {
      first.kill('SIGKILL');
      await new Promise(() => {});
    };
    await until(async () => (await pool.query(`SELECT to_regclass('feed_log') AS there`)).rows[0].there);
    const id = randomUUID();
    const parameters = {
      applicationId: 1,
      what: 'Ask',
      dueAt: '2026-11-30T09:00:00Z',
      job: 'j',
      company: 'c',
    };
    const content = await createContents(createEncryption(env.ENCRYPTION_KEYS!)).seal(id, parameters);
    const target = 'ada@example.com';
    const delivery = { id, fact: 'f', userId: 7, channel: 'email', target, kind: 'next_action_due' } as const;
    await enqueue(pool, { ...delivery, content, state: 'queued' });
    await once(first, 'exit');
    assert.deepEqual([(await row()).state, smtp.mails.length], ['sending', 0]);

    // Killed when the server has the whole mail and has not said so.
    smtp.onRecipient = () => {};
    const second = start(env);
    smtp.onMail = async () => {
      second.kill('SIGKILL');
      await new Promise(() => {});
    };
    await once(second, 'exit');
    assert.deepEqual([(await row()).state, smtp.mails.length], ['sending', 1]);

    smtp.onMail = () => {};
    start(env);
    const ended = await until(async () => {
      const now = await row();
      return now.state !== 'sending' && now;
    });
    assert.deepEqual([ended.state, ended.reason, smtp.mails.length], ['failed', 'OUTCOME_UNKNOWN', 1]);
    const told = await pool.query(`SELECT message ->> 'type' AS type FROM banyan_events.outbox`);
    assert.deepEqual(told.rows, [{ type: 'DeliveryFailed' }]);
  },
);
