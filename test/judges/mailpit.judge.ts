import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createEmail } from '@banyan/notifications';
import { type Mailpit, startMailpit } from './mailpit.ts';

let mailpit: Mailpit;
before(async () => {
  mailpit = await startMailpit();
});
after(async () => await mailpit?.stop());

const message = {
  deliveryId: '00000000-0000-4000-8000-000000000001',
  to: 'ada@example.com',
  subject: 'Ein Gespräch am Montag',
  text: 'Am Montag um zehn.\n\n-- \nWarum.',
  html: '<!doctype html><html lang="de"><body><p>Am Montag um zehn.</p></body></html>',
  short: '',
  link: null,
  unsubscribeUrl: 'https://career.example/api/v1/notifications/unsubscribe?token=a.b',
};
const send = async () => {
  const channel = createEmail({ url: mailpit.smtp, from: 'Career Copilot <no-reply@career.example>' });
  return await channel.send(message, async () => {});
};

it('a real server takes an e-mail and reads in it what we wrote', async () => {
  assert.equal((await send()).is, 'sent');
  const [kept] = await mailpit.messages();
  assert.equal(kept!.MessageID, `${message.deliveryId}@career.example`);
  assert.equal(kept!.Subject, message.subject);
  assert.deepEqual(
    kept!.To.map(({ Address }) => Address),
    [message.to],
  );
  const headers = await mailpit.headers(kept!.ID);
  assert.deepEqual(headers['List-Unsubscribe'], [`<${message.unsubscribeUrl}>`]);
  assert.deepEqual(headers['List-Unsubscribe-Post'], ['List-Unsubscribe=One-Click']);
  const { Text: text, HTML: html } = await mailpit.text(kept!.ID);
  assert.match(text, /Am Montag um zehn/);
  assert.match(html, /<p>Am Montag um zehn\.<\/p>/);
});

it('what it refuses for now is tried again, and what it refuses for good is not', async () => {
  const before = (await mailpit.messages()).length;
  await mailpit.fail('Recipient', 451);
  assert.equal((await send()).is, 'unsent');
  await mailpit.fail('Sender', 550);
  assert.equal((await send()).is, 'refused');
  await mailpit.heal();
  assert.equal((await mailpit.messages()).length, before);
  assert.equal((await send()).is, 'sent');
});
