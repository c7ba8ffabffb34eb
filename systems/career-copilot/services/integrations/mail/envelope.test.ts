import assert from 'node:assert/strict';
import { it } from 'node:test';
import { canonical, isSignedBySender, localPartAt, refusalOf } from './envelope.ts';

it('the envelope counts, and only as the mail server has checked it', () => {
  const envelope = { from: 'Ada@Home.example', to: 'x', spf: 'pass' };
  assert.equal(refusalOf(envelope, ['ada@home.example']), undefined);
  for (const spf of ['', 'fail', 'softfail', 'neutral', 'none'])
    assert.equal(refusalOf({ ...envelope, spf }, ['ada@home.example']), 'NOT_AUTHENTICATED');
  for (const from of [
    '',
    '<>',
    'ada@home.example.evil.example',
    'eve@evil.example',
    'ada@home.example@evil.example',
  ])
    assert.equal(refusalOf({ ...envelope, from }, ['ada@home.example']), 'NOT_A_SENDER', from);
  assert.equal(refusalOf({ ...envelope, from: '' }, []), 'NOT_A_SENDER');
});

it('what Gmail forwards by itself comes from whose it is', () => {
  assert.equal(canonical('ada+caf_=my-1=in.example.com@gmail.com'), 'ada@gmail.com');
  assert.equal(canonical('ada+jobs@gmail.com'), 'ada+jobs@gmail.com');
});

it('an address is ours at our domain only', () => {
  assert.equal(localPartAt('in.example.com', 'My-1@IN.example.com'), 'my-1');
  for (const other of [
    'my-1@example.com',
    'my-1@in.example.com.evil.example',
    '@in.example.com',
    'in.example.com',
    '',
  ])
    assert.equal(localPartAt('in.example.com', other), undefined);
});

it('a mail is signed by its sender if the domain that it is from has done it, and nobody has passed it on', () => {
  const signed = (from: string, dkim: string[], isPassedOn = false) =>
    isSignedBySender({ from, isPassedOn }, dkim);
  assert.equal(signed('jobs@acme.example', ['other.example', 'ACME.example']), true);
  assert.equal(signed('jobs@mail.acme.example', ['acme.example']), true);
  for (const dkim of [[], ['example'], ['evil.example'], ['cme.example'], ['mail.acme.example'], ['']])
    assert.equal(signed('jobs@acme.example', dkim), false, dkim[0]);
  assert.equal(signed('acme.example', ['acme.example']), false);
  assert.equal(signed('jobs@acme.example', ['acme.example'], true), false);
});
