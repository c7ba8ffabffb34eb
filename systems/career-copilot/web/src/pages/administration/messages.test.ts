import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, CAMPAIGN_STATES, type CampaignStep, stepsFrom } from '../../../../api/campaigns.ts';
import { campaignOf, FRESH } from './campaigns.ts';
import { byKind, wordsOf } from './templates.ts';

test('a campaign goes to all who have asked for news, or to those who are named', () => {
  const entered = { ...FRESH, name: 'Spring', subject: 'S', body: 'B' };
  const { audience, words } = campaignOf(entered);
  assert.deepEqual([audience, words], [{}, { subject: 'S', body: 'B', action: '' }]);
  assert.equal('link' in campaignOf(entered), false);
  assert.deepEqual(campaignOf({ ...entered, only: '7, 8;9\n7', locales: ['de'] }).audience, {
    locales: ['de'],
    user_ids: [7, 8, 9],
  });
});

test('what is offered for a campaign is what the service does in its state', () => {
  for (const state of CAMPAIGN_STATES) {
    const possible = (['start', 'pause', 'cancel'] as CampaignStep[]).filter((step) => {
      const next = after(state, step);
      return next !== undefined && next !== state;
    });
    assert.deepEqual(stepsFrom(state), possible, state);
  }
});

test('what may be empty may be left out of a template', () => {
  assert.deepEqual(wordsOf({ subject: 'S', body: 'B' }), { subject: 'S', body: 'B', action: '', short: '' });
});

test('templates are listed by kind, each with its languages', () => {
  const all = (['news', 'digest'] as const).flatMap((kind) =>
    (['en', 'de'] as const).map((locale) => ({ kind, locale, version: 0 })),
  );
  assert.deepEqual(
    byKind(all).map(({ kind, locales }) => [kind, locales.map(({ locale }) => locale)]),
    [
      ['news', ['en', 'de']],
      ['digest', ['en', 'de']],
    ],
  );
});
