import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { iconOf, legacyId, ofFeed, ofLegacy, pathOf } from './told.ts';

const LEGACY = {
  kind: 'status_changed',
  title: 'T',
  body: 'B',
  is_read: true,
  created_at: '2026-06-01T08:00:00.000Z',
};

it('what the monolith tells is what the service tells of it', () => {
  assert.deepEqual(ofLegacy({ ...LEGACY, id: 7 }), ofFeed({ ...LEGACY, id: 'n7', link: null }));
  assert.deepEqual([legacyId('n7'), legacyId('7'), legacyId('n'), legacyId('x7')], [7, null, null, null]);
});

it('a link leads to a page of this origin, whatever it was made for', () => {
  assert.equal(pathOf('https://app.career.example/applications/12'), '/applications/12');
  assert.equal(pathOf('https://app.career.example/jobs?q=go'), '/jobs?q=go');
  assert.equal(pathOf('https://app.career.example/integrations/mail/9'), '/settings/mail');
  assert.equal(pathOf('https://app.career.example/integrations/connections'), '/settings/connections');
  assert.equal(pathOf('https://app.career.example//evil.example/x'), '/evil.example/x');
  assert.equal(pathOf('no link'), null);
  assert.equal(pathOf(null), null);
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (link) => {
      assert.equal(new URL(pathOf(link)!, 'https://own.example').host, 'own.example');
    }),
  );
});

it('a kind that nobody knows has a sign too', () => {
  assert.equal(iconOf('toString'), 'bell');
  assert.equal(iconOf('news'), 'info');
});
