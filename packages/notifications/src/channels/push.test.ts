import assert from 'node:assert/strict';
import { it } from 'node:test';
import webPush from 'web-push';
import { channelContract } from '../testing/channel-contract.ts';
import { type Subscribed, startPushService, subscribe } from '../testing/other-sides.ts';
import type { Channel } from './channel.ts';
import { createPush } from './push.ts';

const push = () => createPush({ ...webPush.generateVAPIDKeys(), subject: 'mailto:ops@career.example' });

channelContract('web push', async () => {
  const subscribed = new Map<string, Subscribed>();
  const service = await startPushService(subscribed);
  const browser = (name: string, origin = service.url) => {
    const one = subscribe(`${origin}/${name}`);
    subscribed.set(name, one);
    return one.text;
  };
  const addresses = {
    good: browser('good'),
    missing: browser('missing'),
    refusing: browser('refusing'),
    busy: browser('busy'),
    cutOff: browser('cut-off'),
  };
  const channel = push();
  const nowhere = browser('nowhere', 'http://127.0.0.1:2');
  const toNobody: Channel = {
    ...channel,
    send: (message, handOver) => channel.send({ ...message, to: nowhere }, handOver),
  };
  return { channel, toNobody, addresses, received: service.received, stop: service.stop };
});

it('a browser shows two of the same message once: they have one topic and one tag', async (t) => {
  const subscribed = new Map<string, Subscribed>();
  const service = await startPushService(subscribed);
  t.after(() => service.stop());
  const one = subscribe(`${service.url}/one`);
  subscribed.set('one', one);
  const message = {
    to: one.text,
    subject: 'S',
    text: '',
    html: '',
    short: 'Hello',
    link: null,
    unsubscribeUrl: null,
  };
  const deliveryId = '00000000-0000-4000-8000-000000000001';
  for (let times = 0; times < 2; times++) await push().send({ ...message, deliveryId }, async () => {});
  for (const { id, text } of service.received) {
    assert.equal(id, deliveryId.replaceAll('-', ''));
    assert.deepEqual(JSON.parse(text), { title: 'S', body: 'Hello', link: null, tag: deliveryId });
  }
  const { headers } = service.requests[0]!;
  assert.match(headers.authorization!, /^(vapid t=|WebPush )/);
  assert.equal(headers['content-encoding'], 'aes128gcm');
});
