import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { distrustOf, isSame, newSecret, type SignedHeaders, signed, TOLERANCE_MS } from './signature.ts';

const at = new Date('2026-11-01T10:00:00Z');

it('the example of the specification is signed as it says', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
  };
  assert.equal(
    signed([secret], message)['webhook-signature'],
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

it("whatever is sent, the specification's own library believes it by either secret while two sign", () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), fc.uuid(), (text, id) => {
      const body = JSON.stringify({ text: `ä🙂${text}` });
      const [old, present, other] = [newSecret(), newSecret(), newSecret()];
      const headers = signed([present, old], { id, at: new Date(), body });
      for (const secret of [old, present])
        assert.deepEqual(new Webhook(secret).verify(body, headers), JSON.parse(body));
      assert.throws(() => new Webhook(other).verify(body, headers));
    }),
    { numRuns: 10 },
  );
});

describe('of what comes in', () => {
  const secret = newSecret();
  const body = '{"type":"a"}';
  const good = signed([secret], { id: 'msg_1', at, body });
  const judge = (change: Partial<SignedHeaders>, text = body, now = at, secrets = [secret]) =>
    distrustOf(secrets, { ...good, ...change }, Buffer.from(text), now);

  it('what one of the secrets signed is believed, by whatever else it is signed too', () => {
    assert.equal(judge({}), undefined);
    assert.equal(judge({}, body, at, [newSecret(), secret]), undefined);
    const more = `v1a,xx v1,${'A'.repeat(43)}= ${good['webhook-signature']}`;
    assert.equal(judge({ 'webhook-signature': more }), undefined);
  });

  it('what was changed anywhere, or signed by somebody else, is not', () => {
    assert.equal(judge({}, `${body} `), 'BAD_SIGNATURE');
    assert.equal(judge({ 'webhook-id': 'msg_2' }), 'BAD_SIGNATURE');
    const later = String(Number(good['webhook-timestamp']) + 1);
    assert.equal(judge({ 'webhook-timestamp': later }), 'BAD_SIGNATURE');
    assert.equal(judge({}, body, at, [newSecret()]), 'BAD_SIGNATURE');
    assert.equal(judge({}, body, at, []), 'BAD_SIGNATURE');
    for (const signature of ['v1,', 'v1', 'nonsense', 'v2,aaaa', `v1,${'A'.repeat(10_000)}`])
      assert.equal(judge({ 'webhook-signature': signature }), 'BAD_SIGNATURE', signature.slice(0, 20));
  });

  it('what is older or newer than the tolerance is not, however well it is signed', () => {
    const after = (ms: number) => new Date(at.getTime() + ms);
    assert.equal(judge({}, body, after(TOLERANCE_MS)), undefined);
    assert.equal(judge({}, body, after(TOLERANCE_MS + 1)), 'TOO_OLD');
    assert.equal(judge({}, body, after(-TOLERANCE_MS)), undefined);
    assert.equal(judge({}, body, after(-TOLERANCE_MS - 1)), 'TOO_NEW');
  });

  it('what lacks a header, or has one that is none, is not', () => {
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const)
      assert.equal(judge({ [name]: undefined }), 'MISSING', name);
    for (const timestamp of ['', '-1', '1e9', '0x10', 'now', ' 1 ', '9'.repeat(13)])
      assert.equal(judge({ 'webhook-timestamp': timestamp }), 'MISSING', timestamp);
  });

  it('nothing is believed that was not signed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (id, timestamp, signature) => {
        const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
        assert.notEqual(distrustOf([secret], headers, Buffer.from(body), at), undefined);
      }),
    );
  });
});

it('codes are the same only if each byte is', () => {
  const code = createHmac('sha256', 'k').update('a').digest();
  assert.equal(isSame(code, Buffer.from(code)), true);
  for (const other of [Buffer.alloc(0), code.subarray(1), randomBytes(32), Buffer.concat([code, code])])
    assert.equal(isSame(code, other), false);
});
