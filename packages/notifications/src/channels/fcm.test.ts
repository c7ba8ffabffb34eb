import assert from 'node:assert/strict';
import { it } from 'node:test';
import { channelContract } from '../testing/channel-contract.ts';
import { startFcm } from '../testing/other-sides.ts';
import { createFcm } from './fcm.ts';

channelContract('Firebase Cloud Messaging', async () => {
  const { url, serviceAccount, received, stop } = await startFcm();
  return {
    channel: createFcm({ url, serviceAccount }),
    toNobody: createFcm({ url: 'http://127.0.0.1:2', serviceAccount }),
    addresses: {
      good: 'good-app',
      missing: 'missing-app',
      refusing: 'refusing-app',
      busy: 'busy-app',
      cutOff: 'cut-off-app',
    },
    received,
    stop,
  };
});

const message = {
  deliveryId: '00000000-0000-4000-8000-000000000001',
  to: 'good-app',
  subject: 'S',
  text: '',
  html: '',
  short: 'Hello',
  link: 'https://skillswap.example/sessions/1',
  unsubscribeUrl: null,
};

it('a token of Google is asked for once, and again when it is not good any more', async (t) => {
  const fcm = await startFcm();
  t.after(() => fcm.stop());
  const channel = createFcm(fcm);
  const send = async () => (await channel.send(message, async () => {})).is;
  assert.deepEqual([await send(), await send()], ['sent', 'sent']);
  const asked = () => fcm.requests.filter(({ path }) => path === '/token').length;
  assert.equal(asked(), 1);
  fcm.takeTokensBack();
  // Nothing was taken: this attempt is made again.
  assert.equal(await send(), 'unsent');
  assert.equal(await send(), 'sent');
  assert.equal(asked(), 2);
});

it('without a token nothing is sent, and a service account that is none is told without a word of it', async (t) => {
  const fcm = await startFcm();
  t.after(() => fcm.stop());
  const elsewhere = JSON.stringify({ ...JSON.parse(fcm.serviceAccount), token_uri: 'http://127.0.0.1:2' });
  let handedOver = 0;
  const channel = createFcm({ url: fcm.url, serviceAccount: elsewhere });
  const outcome = await channel.send(message, async () => {
    handedOver++;
  });
  assert.deepEqual([outcome.is, handedOver, fcm.requests.length], ['unsent', 0, 0]);
  assert.throws(
    () => createFcm({ url: fcm.url, serviceAccount: '{"private_key": "a secret"}' }),
    (error: Error) => !error.message.includes('a secret'),
  );
});
