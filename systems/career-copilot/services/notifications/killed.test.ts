import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { createContents, enqueue } from '@banyan/notifications';
import { type SmtpDouble, startSmtp } from '@banyan/notifications/testing';
import { createPool } from '@banyan/postgres';
import { createEncryption } from '@banyan/service';
import type pg from 'pg';
import { type ServiceProcess, startProcess } from '../../kit/testing/process.ts';
import { until } from '../../kit/testing/until.ts';
import { variables } from './testing/start.ts';

const MAIN = new URL('./main.ts', import.meta.url);
const LIMIT = { timeout: 120_000 };
const BOUNCE_TOKEN = 'a token that only the mail server has';
const children: ServiceProcess[] = [];

let smtp: SmtpDouble;
let env: Record<string, string>;
let pool: pg.Pool;

before(async () => {
  smtp = await startSmtp();
  env = await variables({ SMTP_URL: smtp.url, DELIVERY_LEASE_SECONDS: '1', BOUNCE_TOKEN });
  pool = createPool(env.DATABASE_URL!, { max: 3 });
});

after(async () => {
  for (const child of children) child.kill();
  await pool?.end();
  await smtp?.stop();
});

function start(): ServiceProcess {
  const child = startProcess(MAIN, env);
  children.push(child);
  return child;
}

const row = async (id: string) => (await pool.query('SELECT * FROM deliveries WHERE id = $1', [id])).rows[0];
/** What was told of it. */
const told = async (id: string) =>
  (
    await pool.query<{ type: string }>(
      `SELECT message ->> 'type' AS type FROM banyan_events.outbox WHERE message -> 'data' ->> 'deliveryId' = $1`,
      [id],
    )
  ).rows.map(({ type }) => type);

it(
  'a message whose process is killed before it was handed over is sent by the next, one killed after is sent by nobody',
  LIMIT,
  async () => {
    // Killed when the server is asked whether it takes the recipient.
    const first = start();
    smtp.onRecipient = async () => {
      first.kill();
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
    await first.gone;
    assert.deepEqual([(await row(id)).state, smtp.mails.length], ['sending', 0]);

    // Killed when the server has the whole mail and has not said so.
    smtp.onRecipient = () => {};
    const second = start();
    smtp.onMail = async () => {
      second.kill();
      await new Promise(() => {});
    };
    await second.gone;
    assert.deepEqual([(await row(id)).state, smtp.mails.length], ['sending', 1]);

    smtp.onMail = () => {};
    start();
    const ended = await until(async () => {
      const now = await row(id);
      return now.state !== 'sending' && now;
    });
    assert.deepEqual([ended.state, ended.reason, smtp.mails.length], ['failed', 'OUTCOME_UNKNOWN', 1]);
    assert.deepEqual(await told(id), ['DeliveryFailed']);
  },
);

it(
  'a mail that came back is on record once, also when its process is killed with the report in hand',
  LIMIT,
  async () => {
    const id = randomUUID();
    const address = `${id}@example.com`;
    await pool.query(
      `INSERT INTO deliveries (id, fact, user_id, channel, target, kind, state, attempts)
     VALUES ($1::uuid, ($1::uuid)::text, 8, 'email', $2, 'next_action_due', 'sent', 1)`,
      [id, address],
    );
    const blocked = async () =>
      (await pool.query('SELECT FROM blocked_addresses WHERE address = $1', [address])).rowCount;
    const report = async (url: string) => {
      const response = await fetch(`${url}/api/v1/notifications/reports/bounces`, {
        method: 'POST',
        headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${BOUNCE_TOKEN}` },
        body: bounceOf(id, address),
      });
      return response.status;
    };

    const first = start();
    const firstUrl = await first.url();
    // It is killed when it has the report and waits to write what it says.
    const holder = await pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM deliveries WHERE id = $1 FOR UPDATE', [id]);
      const answer = report(firstUrl).catch(() => 'none');
      await until(async () => {
        const { rowCount } = await pool.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rowCount === 1;
      });
      first.kill();
      assert.equal(await answer, 'none');
      await first.gone;
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    // What the dead process had begun ends with its connection.
    assert.deepEqual([(await row(id)).state, await told(id), await blocked()], ['sent', [], 0]);

    // Whoever was not answered reports again, and once more.
    const url = await start().url();
    assert.deepEqual([await report(url), await report(url)], [204, 204]);
    const { state, reason } = await row(id);
    assert.deepEqual(
      [state, reason, await told(id), await blocked()],
      ['bounced', 'BOUNCED 5.1.1', ['DeliveryFailed'], 1],
    );
  },
);

const bounceOf = (id: string, address: string) =>
  [
    'Content-Type: message/delivery-status',
    '',
    `Final-Recipient: rfc822; ${address}`,
    'Action: failed',
    'Status: 5.1.1',
    '',
    `Message-ID: <${id}@career.example>`,
  ].join('\r\n');
