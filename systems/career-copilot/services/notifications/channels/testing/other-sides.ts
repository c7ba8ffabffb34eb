import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Received } from './suite.ts';

/** An HTTP server that takes messages of a channel. */
export type OtherSide = { url: string; received: Received[]; requests: Requested[]; stop(): Promise<void> };
type Requested = { path: string; headers: IncomingMessage['headers']; body: Buffer };
type Answer = (request: Requested, response: ServerResponse, received: Received[]) => unknown;

async function listen(answer: Answer): Promise<OtherSide> {
  const received: Received[] = [];
  const requests: Requested[] = [];
  const server = createServer(async (request, response) => {
    const one = { path: request.url!, headers: request.headers, body: await buffer(request) };
    requests.push(one);
    answer(one, response, received);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Twilio, as far as it is asked here: what it does depends on the number. */
export const NUMBERS = {
  good: '+4915112345678',
  missing: '+15005550001',
  refusing: '+15005550002',
  busy: '+15005550003',
  cutOff: '+15005550004',
};

export async function startTwilio(): Promise<OtherSide> {
  return await listen(({ body }, response, received) => {
    const form = new URLSearchParams(body.toString());
    const to = form.get('To')!;
    const json = (status: number, answer: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    if (to === NUMBERS.missing) return json(400, { code: 21211, message: "The 'To' number is not valid." });
    if (to === NUMBERS.refusing) return json(400, { code: 21617, message: 'The message is too long.' });
    if (to === NUMBERS.busy) return json(429, { code: 20429, message: 'Too many requests' });
    const delivery = new URL(form.get('StatusCallback')!).searchParams.get('delivery')!;
    received.push({ id: delivery, to, text: form.get('Body')! });
    if (to === NUMBERS.cutOff) return response.destroy();
    return json(201, { sid: `SM${randomBytes(16).toString('hex')}`, status: 'queued' });
  });
}

/** What a browser gives for an endpoint, and how it reads what comes there (RFC 8291). */
export function subscribe(endpoint: string) {
  const browser = createECDH('prime256v1');
  const own = browser.generateKeys();
  const auth = randomBytes(16);
  const text = JSON.stringify({
    endpoint,
    keys: { p256dh: own.toString('base64url'), auth: auth.toString('base64url') },
  });
  const read = (body: Buffer): string => {
    const [salt, sender, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)];
    const derive = (key: Buffer, by: Buffer, info: string | Buffer, length: number) =>
      Buffer.from(hkdfSync('sha256', key, by, info, length));
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), own, sender]);
    const shared = derive(browser.computeSecret(sender), auth, info, 32);
    const key = derive(shared, salt, 'Content-Encoding: aes128gcm\0', 16);
    const nonce = derive(shared, salt, 'Content-Encoding: nonce\0', 12);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return padded.subarray(0, padded.lastIndexOf(2)).toString();
  };
  return { text, read };
}
export type Subscribed = ReturnType<typeof subscribe>;

/** A push service: what it does is the last part of the endpoint. `subscribed` reads what came to each. */
export async function startPushService(subscribed: ReadonlyMap<string, Subscribed>): Promise<OtherSide> {
  return await listen(({ path, headers, body }, response, received) => {
    const name = path.slice(1);
    if (name === 'missing') return response.writeHead(410).end();
    if (name === 'refusing') return response.writeHead(413).end();
    if (name === 'busy') return response.writeHead(503, { 'retry-after': '60' }).end();
    const { text, read } = subscribed.get(name)!;
    received.push({ id: String(headers.topic), to: text, text: read(body) });
    if (name === 'cut-off') return response.destroy();
    return response.writeHead(201).end();
  });
}
