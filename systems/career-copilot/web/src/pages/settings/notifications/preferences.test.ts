import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Preferences } from '../../../../../api/notifications.ts';
import { channelsShown, GROUPS, withChange } from './preferences.ts';

const WAYS = { in_app: true, email: 'daily', sms: false, push: false } as const;
const KINDS = GROUPS.flatMap(({ kinds }) => [...kinds]);
const PREFERENCES: Preferences = {
  locale: null,
  time_zone: 'Europe/Berlin',
  quiet_hours: { from: '22:00', to: '07:00' },
  kinds: Object.fromEntries(KINDS.map((kind) => [kind, WAYS])) as Preferences['kinds'],
};

it('a change leaves all else as it is', () => {
  const changed = withChange(PREFERENCES, { kinds: { news: { email: 'weekly' } } });
  assert.deepEqual(changed.kinds.news, { ...WAYS, email: 'weekly' });
  assert.deepEqual({ ...changed, kinds: { ...changed.kinds, news: WAYS } }, PREFERENCES);
  assert.equal(withChange(PREFERENCES, { quiet_hours: null }).quiet_hours, null);
  assert.equal(PREFERENCES.kinds.news.email, 'daily');
});

it('channels are shown in one order, those that there are', () => {
  assert.deepEqual(channelsShown(['push', 'in_app', 'email']), ['in_app', 'email', 'push']);
});
