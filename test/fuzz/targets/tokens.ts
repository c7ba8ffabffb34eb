import { createHmac, createPrivateKey } from 'node:crypto';
import { TokenSigner } from '@banyan/gateway/token-signer';
import { pick } from '../../random.ts';
import { exchange } from '../http/exchange.ts';
import { below, chance, mutateBytes } from '../http/mutate.ts';
import { valuesOf } from '../http/request-parser.ts';
import { mutateJson, oddValue } from '../json.ts';
import { CLEAN_PATH, SECRET, tableOf } from '../table.ts';
import { defineTarget, type Session } from '../target.ts';
import { type Arrival, startUpstream } from '../upstream-double.ts';
import { ANSWER_LIMIT_MS, watchWorker } from '../worker/session.ts';

type Input = {
  method: string;
  path: string;
  /** Header lines beside Host. */
  headers: string[];
};

const KEYS = [
  '7',
  '007',
  '+7',
  '42',
  '42 ',
  '4294967296',
  'abc',
  'ABC',
  'Zo\u00c3\u00ab',
  '%C3%A4',
  '%2e',
  '%2F',
  'a%2Fb',
  '%00',
  '%zz',
  'a;b',
  '"7"',
  '-1',
  '0',
  '',
  'x'.repeat(200),
  'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
];
/** The gateway's own key, always the same one (PKCS #8 of an Ed25519 seed), and a moment far ahead: the inputs are always the same. */
const SIGNING = {
  issuer: 'gateway',
  privateKeys: [
    createPrivateKey({
      key: Buffer.from(`302e020100300506032b657004220420${'07'.repeat(32)}`, 'hex'),
      format: 'der',
      type: 'pkcs8',
    }).export({ type: 'pkcs8', format: 'pem' }) as string,
  ],
};
const SIGNER = new TokenSigner(SIGNING);
const SIGNED_AT = 3_999_000_000_000;

const SCHEMES = ['Bearer ', 'bearer ', 'BEARER ', 'Bearer  ', 'Bearer\t', 'Token ', 'Basic ', 'Bearer', ''];

/** Who somebody is: tokens and keys of every form. No failure of the gateway, and always the same side for the same words. */
export const tokens = defineTarget<Input>({
  name: 'tokens',
  lanes: 24,
  generate: (random) => {
    const key = pick(random, KEYS);
    const path = chance(random, 0.3)
      ? `/items/${key}`
      : pick(random, ['/mine', '/mine', '/basket', '/orders', '/other']);
    const headers: string[] = [];
    if (chance(random, 0.7)) headers.push(`authorization: ${schemeOf(random)}${tokenOf(random)}`);
    if (chance(random, 0.5)) headers.push(`x-key: ${key}`);
    if (chance(random, 0.5))
      headers.push(`cookie: ${pick(random, ['sid=', 'a=b; sid=', 'sid=1; sid='])}${key}`);
    if (chance(random, 0.1)) headers.push(pick(random, headers.length > 0 ? headers : ['x-key: 1']));
    if (chance(random, 0.1)) headers.push('x-banyan-side: service');
    return { method: pick(random, ['GET', 'PUT', 'POST']), path, headers };
  },
  smaller: (input) =>
    input.headers.map((_, index) => ({ ...input, headers: input.headers.toSpliced(index, 1) })),
  show: (input) => JSON.stringify(input),
  open,
});

async function open(): Promise<Session<Input>> {
  const answer = (side: string) => (arrival: Arrival) => {
    const body = JSON.stringify({ side, authorized: valuesOf(arrival.request, 'authorization').length });
    arrival.socket.write(
      `HTTP/1.1 200 OK\r\nx-side: ${side}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  };
  const monolith = await startUpstream(answer('monolith'));
  const service = await startUpstream(answer('service'));
  const table = { ...tableOf({ monolith: monolith.url, service: service.url }), signing: SIGNING };
  table.services.items!.accepts = [];
  const watched = await watchWorker(table, CLEAN_PATH);
  const send = (input: Input) => exchange(watched.worker.port, input.method, bytesOf(input), ANSWER_LIMIT_MS);
  return {
    ...watched,
    complaints: () => [...watched.complaints(), ...monolith.complaints(), ...service.complaints()],
    async run(input) {
      const first = await send(input);
      const second = await send(input);
      if (!watched.worker.alive) return null; // its end is a complaint of its own
      if (first === null || second === null) return `no answer within ${ANSWER_LIMIT_MS} ms`;
      if (first.status >= 500) return `a failure of the gateway: ${first.status} ${first.body.toString()}`;
      const sides = [first, second].map(
        ({ status, headers }) => `${status} ${headers.get('x-side') ?? 'nobody'}`,
      );
      return sides[0] === sides[1] ? null : `the same request went two ways: ${sides.join(', then ')}`;
    },
    async close() {
      await watched.close();
      await Promise.all([monolith.stop(), service.stop()]);
    },
  };
}

function bytesOf({ method, path, headers }: Input): Buffer {
  const length = method === 'GET' ? [] : ['content-length: 0'];
  const lines = [`${method} ${path} HTTP/1.1`, 'host: gateway.test', ...headers, ...length, '', ''];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

function schemeOf(random: () => number): string {
  return chance(random, 0.8) ? 'Bearer ' : pick(random, SCHEMES);
}

/** A token that is signed, or nearly. */
function tokenOf(random: () => number): string {
  const header = chance(random, 0.8)
    ? { alg: 'HS256', typ: 'JWT' }
    : mutateJson(random, {
        alg: pick(random, ['HS256', 'none', 'HS512', 'RS256']),
        typ: 'JWT',
        kid: '1',
        crit: ['exp'],
        b64: false,
      });
  const claims = {
    iss: 'own',
    sub: pick(random, KEYS),
    exp: 4_000_000_000,
    role: 'tester',
    roles: ['tester'],
    nbf: 1,
  };
  if (chance(random, 0.2)) return ownToken(random, claims);
  const odd = chance(random, 0.4) ? { ...claims, sub: oddValue(random) } : mutateJson(random, claims);
  const payload = chance(random, 0.05)
    ? `{"iss":"own","sub":"1","sub":"2"}`
    : JSON.stringify(chance(random, 0.3) ? claims : odd);
  const body = `${encoded(JSON.stringify(header))}.${encoded(payload)}`;
  const secret = chance(random, 0.9) ? SECRET : 'another';
  return mutated(random, `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`);
}

/** What the gateway itself signed, or nearly. What it signs has been verified: `exp` is a number there. */
function ownToken(random: () => number, claims: { exp: number }): string {
  const said: object = { ...(chance(random, 0.5) ? claims : (mutateJson(random, claims) as object)) };
  const exp = 'exp' in said && typeof said.exp === 'number' ? said.exp : claims.exp;
  const { authorization } = SIGNER.sign({ ...said, exp }, SIGNED_AT);
  return mutated(random, authorization.slice('Bearer '.length));
}

function mutated(random: () => number, token: string): string {
  if (chance(random, 0.8)) return token;
  // What no header may hold is the client target's part.
  return mutateBytes(random, Buffer.from(token))
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    .repeat(chance(random, 0.05) ? 1 + below(random, 20) : 1);
}

function encoded(text: string | undefined): string {
  return Buffer.from(text ?? '').toString('base64url');
}
