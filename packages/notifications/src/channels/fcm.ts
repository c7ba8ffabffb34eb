import { importPKCS8, SignJWT } from 'jose';
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Channel, Outcome, Outgoing } from './channel.ts';
import { type Answered, post } from './http.ts';

export type FcmOptions = {
  /** Of Firebase Cloud Messaging, or of what speaks its API. */
  url: string;
  /** The text of the JSON file of a service account of Google. Throws if it is none. */
  serviceAccount: string;
  timeoutMs?: number;
};

const ServiceAccount = Type.Object({
  project_id: Type.String(),
  client_email: Type.String(),
  private_key: Type.String(),
  token_uri: Type.String(),
});
const AccessToken = Type.Object({ access_token: Type.String(), expires_in: Type.Number() });
const Accepted = Type.Object({ name: Type.String() });
const Refused = Type.Object({
  error: Type.Object({
    details: Type.Optional(
      Type.Array(Type.Object({ '@type': Type.String(), errorCode: Type.Optional(Type.String()) })),
    ),
  }),
});

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const TTL_SECONDS = 24 * 3_600;
/** A token is not used any more for so long before it ends. */
const MARGIN_MS = 60_000;

/**
 * Push to apps on telephones by Firebase Cloud Messaging (HTTP v1), as a service account (OAuth 2.0, RFC 7523). Two of the same message have one tag and
 * one collapse id, so that a telephone shows one.
 */
export function createFcm({ url, serviceAccount, timeoutMs = 20_000 }: FcmOptions): Channel {
  const account = read(ServiceAccount, JSON.parse(serviceAccount), 'FCM_SERVICE_ACCOUNT');
  const address = `${url}/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`;
  let token: { text: string; until: number } | undefined;
  const authorized = async (): Promise<string> => {
    if (token === undefined || token.until < Date.now()) token = await askToken(account, timeoutMs);
    return token.text;
  };
  return {
    name: 'push',
    async send(message, handOver) {
      let bearer: string;
      try {
        bearer = await authorized();
      } catch (error) {
        return { is: 'unsent', reason: (error as Error).message };
      }
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
      const body = new TextEncoder().encode(JSON.stringify({ message: asFcm(message) }));
      const answered = await post(address, { headers, body }, { handOver, timeoutMs });
      if ('is' in answered) return answered;
      // Taken back, or made by a key that is not good any more: the next attempt asks for another.
      if (answered.status === 401) token = undefined;
      return outcomeOf(answered);
    },
    close: async () => {},
  };
}

function asFcm({ to, deliveryId, subject, short, link }: Outgoing) {
  return {
    token: to,
    notification: { title: subject, body: short },
    data: { delivery: deliveryId, ...(link === null ? {} : { link }) },
    android: { ttl: `${TTL_SECONDS}s`, notification: { tag: deliveryId } },
    apns: { headers: { 'apns-collapse-id': deliveryId } },
  };
}

/** Error codes of FCM are in `details`; what has none is Google's own. */
function outcomeOf({ status, body, retryAfterMs }: Answered): Outcome {
  if (status < 300) return { is: 'sent', providerId: Value.Check(Accepted, body) ? body.name : null };
  const details = Value.Check(Refused, body) ? (body.error.details ?? []) : [];
  const code = details.find((one) => one.errorCode !== undefined)?.errorCode;
  const reason = code ?? String(status);
  if (code === 'UNREGISTERED') return { is: 'refused', reason: 'DEVICE_GONE', addressIsBad: true };
  // The token is of another project's app.
  if (code === 'SENDER_ID_MISMATCH') return { is: 'refused', reason: code, addressIsBad: true };
  if (status === 429 || status === 503)
    return { is: 'unsent', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (status >= 500) return { is: 'unknown', reason };
  // Of our account: nothing is wrong with this message, somebody has to mend the configuration.
  if (status === 401 || status === 403 || status === 404) return { is: 'unsent', reason };
  // Of a token that is none; what is wrong with the message is told as google.rpc.BadRequest.
  const addressIsBad =
    code === 'INVALID_ARGUMENT' && !details.some((one) => one['@type'].endsWith('google.rpc.BadRequest'));
  return { is: 'refused', reason: addressIsBad ? 'NO_SUCH_DEVICE' : 'REFUSED', addressIsBad };
}

async function askToken(
  { client_email: issuer, private_key: key, token_uri: url }: Static<typeof ServiceAccount>,
  timeoutMs: number,
): Promise<{ text: string; until: number }> {
  const assertion = await new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(url)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(await importPKCS8(key, 'RS256'));
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  const answered = await post(url, { headers: {}, body }, { handOver: async () => {}, timeoutMs });
  if ('is' in answered) throw new Error('no token of Google could be asked for');
  if (answered.status !== 200) throw new Error(`Google has given no token: ${answered.status}`);
  const { access_token: text, expires_in: seconds } = read(AccessToken, answered.body, 'the token');
  return { text, until: Date.now() + seconds * 1_000 - MARGIN_MS };
}

/** Throws if it is not of this form, without a word of what it is: it may be a secret. */
function read<T extends TSchema>(schema: T, value: unknown, name: string): Static<T> {
  if (!Value.Check(schema, value)) throw new Error(`${name} has not the form that it must have`);
  return value as Static<T>;
}
