import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Offer, opennessOf, paragraphsOf, shownOffer } from './posting.ts';

const NOW = new Date('2026-06-02T09:30:00Z');
const offer = (given: Partial<Offer>): Offer => ({
  source: 'Remotive',
  url: 'https://example.com/1',
  description: '',
  salary: null,
  expires_at: null,
  gone_at: null,
  ...given,
});

test('a job is closed since the last of its sources has it no more', () => {
  const offers = [
    offer({ gone_at: '2026-05-01T00:00:00Z' }),
    offer({ gone_at: '2026-05-20T00:00:00Z', expires_at: '2026-05-31T00:00:00Z' }),
    offer({ expires_at: '2026-07-01T00:00:00Z' }),
  ];
  assert.deepEqual(opennessOf(false, offers, NOW), { state: 'closed', since: '2026-05-20T00:00:00Z' });
  assert.deepEqual(opennessOf(false, [], NOW), { state: 'closed', since: null });
});

test('a job is open until the last source that has it lets it end', () => {
  const ends = offer({ expires_at: '2026-06-10T00:00:00Z' });
  const later = offer({ expires_at: '2026-06-20T00:00:00Z' });
  const gone = offer({ gone_at: '2026-05-01T00:00:00Z', expires_at: '2026-09-01T00:00:00Z' });
  assert.deepEqual(opennessOf(true, [later, ends, gone], NOW), { state: 'open', until: later.expires_at });
  assert.deepEqual(opennessOf(true, [ends, offer({})], NOW), { state: 'open', until: null });
  assert.deepEqual(opennessOf(true, [], NOW), { state: 'open', until: null });
});

test('a source that has it is shown before one that had it', () => {
  const gone = offer({ source: 'old', gone_at: '2026-05-01T00:00:00Z' });
  assert.equal(shownOffer([gone, offer({ source: 'new' })])?.source, 'new');
  assert.equal(shownOffer([gone])?.source, 'old');
  assert.equal(shownOffer([]), undefined);
});

test('paragraphs are told by empty lines', () => {
  assert.deepEqual(paragraphsOf('One\ntwo\n \n\nThree\n'), ['One\ntwo', 'Three']);
});
