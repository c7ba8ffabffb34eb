import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { channelContract } from '../testing/channel-contract.ts';
import { NUMBERS, startSns } from '../testing/other-sides.ts';
import { createSns } from './sns.ts';

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: 'a-secret' };
before(() => void Object.assign(process.env, CREDENTIALS));
after(() => {
  for (const name of Object.keys(CREDENTIALS)) delete process.env[name];
});

const sns = (url: string) => createSns({ region: 'eu-central-1', url });

channelContract('Amazon SNS', async () => {
  const { url, received, stop } = await startSns();
  const addresses = NUMBERS;
  return { channel: sns(url), toNobody: sns('http://127.0.0.1:2'), addresses, received, stop };
});

it('an SMS has its link, is signed, and is asked for once', async (t) => {
  const side = await startSns();
  t.after(() => side.stop());
  const channel = sns(side.url);
  const message = {
    deliveryId: '00000000-0000-4000-8000-000000000001',
    to: NUMBERS.good,
    subject: '',
    text: '',
    html: '',
    short: 'Hello',
    link: 'https://skillswap.example/sessions/1',
    unsubscribeUrl: null,
  };
  const outcome = await channel.send(message, async () => {});
  assert.ok(outcome.is === 'sent' && outcome.providerId);
  assert.equal(side.received[0]!.text, 'Hello https://skillswap.example/sessions/1');
  assert.match(side.requests[0]!.headers.authorization!, /^AWS4-HMAC-SHA256 .*\/eu-central-1\/sns\//);
  await channel.send({ ...message, to: NUMBERS.busy }, async () => {});
  assert.equal(side.requests.length, 2, 'not again by the SDK');
  await channel.close();
});
