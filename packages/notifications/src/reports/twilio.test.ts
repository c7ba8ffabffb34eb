import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isOfTwilio, reportOf } from './twilio.ts';

/** The example of Twilio's documentation of webhook security. */
const EXAMPLE = {
  url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
  fields: {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  },
  signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
};

it('a report is signed as Twilio signs, all of it', () => {
  assert.equal(isOfTwilio('12345', EXAMPLE), true);
  assert.equal(isOfTwilio('12346', EXAMPLE), false);
  assert.equal(isOfTwilio('12345', { ...EXAMPLE, fields: { ...EXAMPLE.fields, Digits: '1235' } }), false);
  assert.equal(isOfTwilio('12345', { ...EXAMPLE, url: EXAMPLE.url.replace('bar=2', 'bar=3') }), false);
  for (const signature of [undefined, '', 'x'.repeat(10_000)])
    assert.equal(isOfTwilio('12345', { ...EXAMPLE, signature }), false);
});

it('a report says how a message ended, or that it is on its way', () => {
  const stateOf = (MessageStatus: string) => reportOf('d', { MessageStatus, ErrorCode: '30003' })?.state;
  assert.deepEqual(['queued', 'sent', 'delivered', 'undelivered', 'failed', 'x'].map(stateOf), [
    undefined,
    undefined,
    'delivered',
    'bounced',
    'failed',
    undefined,
  ]);
});
