import assert from 'node:assert/strict';
import { it } from 'node:test';
import { channelContract } from '../testing/channel-contract.ts';
import { NUMBERS, startTwilio } from '../testing/other-sides.ts';
import { createSms, type SmsOptions } from './sms.ts';

const options = (url: string): SmsOptions => ({
  url,
  accountSid: 'AC1',
  authToken: 'secret',
  from: '+15005550006',
  statusUrl: 'https://career.example/status',
});

channelContract('SMS', async () => {
  const twilio = await startTwilio();
  return {
    channel: createSms(options(twilio.url)),
    toNobody: createSms(options('http://127.0.0.1:2')),
    addresses: NUMBERS,
    received: twilio.received,
    stop: twilio.stop,
  };
});

it('an SMS is asked for as Twilio has it', async (t) => {
  const twilio = await startTwilio();
  t.after(() => twilio.stop());
  const message = {
    deliveryId: 'd1',
    to: NUMBERS.good,
    subject: '',
    text: '',
    html: '',
    short: 'Hello',
    link: null,
  };
  await createSms(options(twilio.url)).send({ ...message, unsubscribeUrl: null }, async () => {});
  const [{ path, headers, body }] = twilio.requests as [(typeof twilio.requests)[0]];
  assert.equal(path, '/2010-04-01/Accounts/AC1/Messages.json');
  assert.equal(headers.authorization, `Basic ${Buffer.from('AC1:secret').toString('base64')}`);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(body.toString())), {
    To: NUMBERS.good,
    From: '+15005550006',
    Body: 'Hello',
    StatusCallback: 'https://career.example/status?delivery=d1',
  });
});
