import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { headerOf, type SmtpDouble, startSmtp } from '@banyan/notifications/testing';
import type { OperationInput, RunningService } from '@banyan/service';
import type { contracts } from '../../contracts/notifications.ts';
import { said } from '../../kit/testing/events.ts';
import { until } from '../../kit/testing/until.ts';
import { notifications } from './main.ts';
import { startAsking, variables } from './testing/start.ts';

type Mail = OperationInput<(typeof contracts.operations)['sendMail']>['body'];

const LINK = 'https://career.example/reset?token=a-secret-that-nobody-else-knows';
let smtp: SmtpDouble;
let env: Record<string, string>;
let service: RunningService;
let auth: Awaited<ReturnType<typeof startAsking>>;
let keys = 0;

before(async () => {
  smtp = await startSmtp();
  env = await variables({ SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@career.example' });
  service = await notifications.start(env);
  auth = await startAsking(service, env);
});

after(async () => {
  await auth?.close();
  await service?.close();
  await smtp?.stop();
});

const mail = (more: Partial<Mail> = {}): Mail => ({
  key: `reset-${++keys}`,
  userId: 7,
  to: 'ada@example.com',
  template: 'reset_password',
  parameters: { name: 'Ada', link: LINK },
  ...more,
});
const ask = (body: Mail) => auth.provided.mails.sendMail({ body });
const row = async (id: string) =>
  (await service.pool.query('SELECT * FROM deliveries WHERE id = $1', [id])).rows[0];
const ended = async (id: string) =>
  await until(async () => {
    const found = await row(id);
    return !['queued', 'sending'].includes(found.state) && found;
  });

describe('a mail that another service asks for', () => {
  it('is sent once, however often it is asked for by one key, and told once', async () => {
    const body = mail();
    const answers = await Promise.all([ask(body), ask(body), ask({ ...body, to: 'eve@example.com' })]);
    assert.equal(new Set(answers.slice(0, 2).map(({ deliveryId }) => deliveryId)).size, 1);
    const { deliveryId } = answers[0]!;
    assert.equal((await ended(deliveryId)).state, 'sent');
    assert.equal((await ask(body)).state, 'sent');
    const mails = smtp.mails.filter(({ raw }) => headerOf(raw, 'message-id').includes(deliveryId));
    assert.equal(mails.length, 1);
    assert.deepEqual(
      (await said(service, 'NotificationSent')).filter((one) => one.deliveryId === deliveryId),
      [{ userId: 7, kind: 'reset_password', channel: 'email', deliveryId }],
    );
  });

  it('speaks the language of its reader', async () => {
    await ended((await ask(mail({ locale: 'de-AT' }))).deliveryId);
    assert.match(smtp.mails.at(-1)!.raw, /lang=3D"de"|lang="de"/);
  });

  it('leaves nothing of its link behind, in no table, and has it encrypted before', async () => {
    const { deliveryId } = await ask(mail({ to: 'busy@example.com' }));
    const waiting = await until(async () => {
      const found = await row(deliveryId);
      return found.attempts === 1 && found.state === 'queued' && found;
    });
    assert.doesNotMatch(Buffer.from(waiting.content.split('.')[3], 'base64url').toString('latin1'), /secret/);
    assert.doesNotMatch(JSON.stringify(waiting), /a-secret/);
    const { deliveryId: sent } = await ask(mail());
    assert.equal((await ended(sent)).content, null);
  });

  it('that does not arrive says why, and is told', async () => {
    const missing = (await ask(mail({ to: 'missing@example.com' }))).deliveryId;
    assert.partialDeepStrictEqual(await ended(missing), { state: 'bounced', reason: 'NO_SUCH_ADDRESS' });
    const expired = (await ask(mail({ expiresAt: '2020-01-01T00:00:00Z' }))).deliveryId;
    assert.partialDeepStrictEqual(await ended(expired), { state: 'failed', reason: 'EXPIRED', attempts: 1 });
    const told = (await said(service, 'DeliveryFailed')).map(({ deliveryId, reason }) => [
      deliveryId,
      reason,
    ]);
    assert.deepEqual(told, [
      [missing, 'NO_SUCH_ADDRESS'],
      [expired, 'EXPIRED'],
    ]);
  });

  it('is asked for by services alone', async () => {
    for (const authorization of [undefined, 'Bearer nonsense']) {
      const answer = await fetch(`${service.url}/internal/mails`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify(mail()),
      });
      assert.equal(answer.status, 401);
    }
  });

  it('goes to one address', async () => {
    for (const to of ['a@b.example,eve@example.com', 'a@b.example>\r\nRCPT TO:<eve@example.com', 'nobody'])
      await assert.rejects(ask(mail({ to })), { code: 'REFUSED' });
  });
});

it('without a server for e-mails none is kept, and each says why', async () => {
  const plain = await variables();
  const dry = await notifications.start(plain);
  const asking = await startAsking(dry, plain);
  try {
    const { state } = await asking.provided.mails.sendMail({ body: mail() });
    assert.equal(state, 'suppressed');
    const { rows } = await dry.pool.query('SELECT reason, content FROM deliveries');
    assert.deepEqual(rows, [{ reason: 'CHANNEL_OFF', content: null }]);
  } finally {
    await asking.close();
    await dry.close();
  }
});
