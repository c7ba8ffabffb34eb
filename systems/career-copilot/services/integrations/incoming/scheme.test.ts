import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { HmacSettings } from '../../../api/incoming.ts';
import { newSecret, signed } from '../webhooks/signature.ts';
import { type Headers, judge, settingsProblem } from './scheme.ts';

const now = new Date('2026-11-01T10:00:00Z');
const seconds = String(now.getTime() / 1_000);
const body = Buffer.from('{"a":1}');
const hmac = (secret: string, content: string, encoding: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', secret).update(content).digest(encoding);

const GITHUB: HmacSettings = {
  signature_header: 'X-Hub-Signature-256',
  prefix: 'sha256=',
  encoding: 'hex',
  algorithm: 'sha256',
  signed: '{body}',
  id_header: 'X-GitHub-Delivery',
};
const SLACK: HmacSettings = {
  signature_header: 'x-slack-signature',
  prefix: 'v0=',
  encoding: 'hex',
  algorithm: 'sha256',
  signed: 'v0:{timestamp}:{body}',
  timestamp_header: 'x-slack-request-timestamp',
};

const of = (settings: HmacSettings, headers: Headers, sent = body, at = now) =>
  judge({ scheme: 'hmac', settings }, ['key'], headers, sent, at);

describe('a webhook is believed', () => {
  it("signed as GitHub's own example is", () => {
    const headers = {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      'x-github-delivery': '72d3162e',
    };
    const secrets = ["It's a Secret to Everybody"];
    const judged = judge(
      { scheme: 'hmac', settings: GITHUB },
      secrets,
      headers,
      Buffer.from('Hello, World!'),
      now,
    );
    assert.ok(judged.is === 'believed');
    assert.equal(judged.messageId, '72d3162e');
  });

  it("signed as Slack's are, with a time in seconds, or in milliseconds as others have it", () => {
    for (const timestamp of [seconds, String(now.getTime())]) {
      const headers = {
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${hmac('key', `v0:${timestamp}:${body}`)}`,
      };
      assert.equal(of(SLACK, headers).is, 'believed');
    }
  });

  it("signed in base64 without a prefix, as Shopify's are", () => {
    const settings = {
      ...GITHUB,
      prefix: undefined,
      encoding: 'base64' as const,
      signature_header: 'x-shopify-hmac-sha256',
    };
    assert.equal(
      of(settings, { 'x-shopify-hmac-sha256': hmac('key', String(body), 'base64') }).is,
      'believed',
    );
  });

  it('by the standard, and known again whatever the time of its next attempt', () => {
    const secret = newSecret();
    const attempt = (at: Date) =>
      judge(
        { scheme: 'standard' },
        [secret],
        signed([secret], { id: 'msg_1', at, body: String(body) }),
        body,
        at,
      );
    assert.deepEqual(attempt(now), attempt(new Date(now.getTime() + 7_000)));
  });
});

describe('a webhook is not believed', () => {
  const why = (settings: HmacSettings, headers: Headers, at = now) => {
    const judged = of(settings, headers, body, at);
    return judged.is === 'refused' ? judged.why : judged.is;
  };
  const good = {
    'x-slack-request-timestamp': seconds,
    'x-slack-signature': `v0=${hmac('key', `v0:${seconds}:${body}`)}`,
  };

  it('by another secret, with another body or time', () => {
    assert.equal(
      why(GITHUB, { 'x-hub-signature-256': `sha256=${hmac('other', String(body))}` }),
      'BAD_SIGNATURE',
    );
    assert.equal(why(GITHUB, { 'x-hub-signature-256': `sha256=${hmac('key', 'other')}` }), 'BAD_SIGNATURE');
    const later = { ...good, 'x-slack-request-timestamp': String(Number(seconds) + 1) };
    assert.equal(why(SLACK, later), 'BAD_SIGNATURE');
    assert.equal(judge({ scheme: 'hmac', settings: SLACK }, [], good, body, now).is, 'refused');
  });

  it('when it is too old or too new', () => {
    const after = (ms: number) => new Date(now.getTime() + ms);
    assert.equal(why(SLACK, good), 'believed');
    assert.equal(why(SLACK, good, after(300_001)), 'TOO_OLD');
    assert.equal(why(SLACK, good, after(-300_001)), 'TOO_NEW');
  });

  it('without what it must have, or with a header that comes twice', () => {
    assert.equal(why(GITHUB, {}), 'MISSING');
    assert.equal(why(GITHUB, { 'x-hub-signature-256': hmac('key', String(body)) }), 'MISSING');
    assert.equal(why(SLACK, { ...good, 'x-slack-request-timestamp': undefined }), 'MISSING');
    const signature = `sha256=${hmac('key', String(body))}`;
    assert.equal(why(GITHUB, { 'x-hub-signature-256': [signature, signature] }), 'MISSING');
  });

  it('whatever a stranger sends', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.uint8Array(), (signature, timestamp, sent) => {
        const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp };
        assert.equal(of(SLACK, headers, Buffer.from(sent)).is, 'refused');
        assert.equal(of(GITHUB, { 'x-hub-signature-256': signature }, Buffer.from(sent)).is, 'refused');
      }),
    );
  });
});

it('what is sent again as it was is known by what was signed, whatever id a stranger gives it', () => {
  const headers = (id: string) => ({
    'x-hub-signature-256': `sha256=${hmac('key', String(body))}`,
    'x-github-delivery': id,
  });
  const [first, again] = [of(GITHUB, headers('a')), of(GITHUB, headers('b'))];
  assert.ok(first.is === 'believed' && again.is === 'believed');
  assert.equal(first.contentHash, again.contentHash);
  const long = of(GITHUB, headers('x'.repeat(201)));
  assert.ok(long.is === 'believed' && long.messageId === null);
});

it('settings by which a signature would not say what it seems to are refused', () => {
  for (const settings of [GITHUB, SLACK]) assert.equal(settingsProblem(settings), undefined);
  for (const bad of [
    { ...GITHUB, signed: '{id}' },
    { ...GITHUB, signed: '{timestamp}.{body}' },
    { ...GITHUB, id_header: undefined, signed: '{id}.{body}' },
    { ...GITHUB, timestamp_header: 'x-time' },
  ])
    assert.notEqual(settingsProblem(bad), undefined);
});
