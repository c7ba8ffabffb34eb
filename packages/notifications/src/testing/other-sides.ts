import { createDecipheriv, createECDH, generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { importSPKI, jwtVerify } from 'jose';
import type { Received } from './channel-contract.ts';

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
    await answer(one, response, received);
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

/** Amazon SNS (Query API 2010-03-31), as far as it is asked here, for the same numbers. */
export async function startSns(): Promise<OtherSide> {
  return await listen(({ body }, response, received) => {
    const form = new URLSearchParams(body.toString());
    const to = form.get('PhoneNumber')!;
    const xml = (status: number, answer: string) =>
      response.writeHead(status, { 'content-type': 'text/xml' }).end(answer);
    const refuse = (status: number, code: string, message: string) =>
      xml(
        status,
        `<ErrorResponse xmlns="${SNS}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>
         <RequestId>1</RequestId></ErrorResponse>`,
      );
    if (to === NUMBERS.missing)
      return refuse(
        400,
        'InvalidParameter',
        `Invalid parameter: PhoneNumber Reason: ${to} is not valid to publish to`,
      );
    if (to === NUMBERS.refusing)
      return refuse(400, 'InvalidParameter', 'Invalid parameter: Message too long');
    if (to === NUMBERS.busy) return refuse(429, 'Throttled', 'Rate exceeded');
    received.push({ id: attributeOf(form, 'delivery'), to, text: form.get('Message')! });
    if (to === NUMBERS.cutOff) return response.destroy();
    return xml(
      200,
      `<PublishResponse xmlns="${SNS}"><PublishResult><MessageId>${randomBytes(8).toString('hex')}</MessageId></PublishResult>
       <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>`,
    );
  });
}

const SNS = 'http://sns.amazonaws.com/doc/2010-03-31/';

function attributeOf(form: URLSearchParams, name: string): string {
  const [key] = [...form].find(([, value]) => value === name)!;
  return form.get(key.replace(/Name$/, 'Value.StringValue'))!;
}

/** Firebase Cloud Messaging (HTTP v1) and Google's tokens, for one service account: what it does is what the token of the app says. */
export async function startFcm(): Promise<OtherSide & { serviceAccount: string; takeTokensBack(): void }> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = await importSPKI(
    keys.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    'RS256',
  );
  let given = 0;
  let firstGood = 1;
  const token = async (body: Buffer, response: ServerResponse) => {
    const assertion = new URLSearchParams(body.toString()).get('assertion')!;
    await jwtVerify(assertion, publicKey, { issuer: ACCOUNT.client_email, audience: `${side.url}/token` });
    response.writeHead(200).end(JSON.stringify({ access_token: `token-${++given}`, expires_in: 3_599 }));
  };
  const side = await listen(async ({ path, headers, body }, response, received) => {
    const json = (status: number, answer: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    const refuse = (code: number, errorCode: string, more: object[] = []) =>
      json(code, { error: { code, details: [{ '@type': FCM_ERROR, errorCode }, ...more] } });
    if (path === '/token') return await token(body, response);
    if (path !== `/v1/projects/${ACCOUNT.project_id}/messages:send`) return json(404, {});
    const number = Number(/^Bearer token-(\d+)$/.exec(headers.authorization ?? '')?.[1]);
    if (!(number >= firstGood)) return refuse(401, 'THIRD_PARTY_AUTH_ERROR');
    const { message } = JSON.parse(body.toString());
    const to: string = message.token;
    if (to.startsWith('missing')) return refuse(404, 'UNREGISTERED');
    if (to.startsWith('refusing'))
      return refuse(400, 'INVALID_ARGUMENT', [{ '@type': 'type.googleapis.com/google.rpc.BadRequest' }]);
    if (to.startsWith('busy')) return refuse(429, 'QUOTA_EXCEEDED');
    received.push({ id: message.android.notification.tag, to, text: message.notification.body });
    if (to.startsWith('cut-off')) return response.destroy();
    return json(200, { name: `projects/${ACCOUNT.project_id}/messages/${randomBytes(8).toString('hex')}` });
  });
  const private_key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' });
  return {
    ...side,
    serviceAccount: JSON.stringify({ ...ACCOUNT, private_key, token_uri: `${side.url}/token` }),
    takeTokensBack: () => {
      firstGood = given + 1;
    },
  };
}

const ACCOUNT = {
  type: 'service_account',
  project_id: 'a-project',
  client_email: 'us@a-project.iam.gserviceaccount.com',
};
const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';

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
