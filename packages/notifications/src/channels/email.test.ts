import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { channelContract } from '../testing/channel-contract.ts';
import { headerOf, type SmtpDouble, startSmtp } from '../testing/smtp.ts';
import { createEmail } from './email.ts';

const FROM = 'Career Copilot <no-reply@career.example>';

channelContract('e-mail', async () => {
  const smtp = await startSmtp();
  return {
    channel: createEmail({ url: smtp.url, from: FROM }),
    toNobody: createEmail({ url: 'smtp://127.0.0.1:2', from: FROM }),
    addresses: {
      good: 'ada@example.com',
      missing: 'missing@example.com',
      refusing: 'refusing@example.com',
      busy: 'busy@example.com',
      cutOff: 'cut-off@example.com',
    },
    received: smtp.mails,
    stop: smtp.stop,
  };
});

describe('an e-mail', () => {
  let smtp: SmtpDouble;
  before(async () => {
    smtp = await startSmtp();
  });
  after(async () => await smtp?.stop());

  const message = {
    deliveryId: '00000000-0000-4000-8000-000000000001',
    to: 'ada@example.com',
    subject: 'Ein Gespräch',
    text: 'Am Montag.',
    html: '<p>Am Montag.</p>',
    short: '',
    link: null,
    unsubscribeUrl: 'https://career.example/api/v1/notifications/unsubscribe?token=a.b',
  };
  const sent = async (more: Partial<typeof message> = {}, url = smtp.url) => {
    await createEmail({ url, from: FROM }).send({ ...message, ...more }, async () => {});
    return smtp.mails.at(-1)!.raw;
  };

  it('has an id of its delivery, both forms, and a way to end it with one click (RFC 8058)', async () => {
    const raw = await sent();
    assert.equal(headerOf(raw, 'message-id'), `<${message.deliveryId}@career.example>`);
    assert.equal(headerOf(raw, 'list-unsubscribe'), `<${message.unsubscribeUrl}>`);
    assert.equal(headerOf(raw, 'list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
    assert.equal(headerOf(raw, 'auto-submitted'), 'auto-generated');
    assert.match(headerOf(raw, 'content-type'), /^multipart\/alternative/);
  });

  it('goes to one address, whatever stands in it, and has no headers but ours', async () => {
    const raw = await sent({ subject: 'One\r\nBcc: eve@example.com', unsubscribeUrl: null as never });
    assert.equal(headerOf(raw, 'bcc'), '');
    assert.equal(headerOf(raw, 'list-unsubscribe'), '');
    assert.equal(smtp.mails.at(-1)!.to, 'ada@example.com');
  });

  it('is not sent without TLS where a password would be said', async () => {
    const url = smtp.url.replace('smtp://', 'smtp://user:secret@');
    const before = smtp.mails.length;
    const outcome = await createEmail({ url, from: FROM }).send(message, async () => {});
    assert.deepEqual([outcome.is, smtp.mails.length], ['unsent', before]);
  });
});
