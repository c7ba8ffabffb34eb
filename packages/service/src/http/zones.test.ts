import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isZone } from './zones.ts';

it('a zone is a place, and no offset', () => {
  assert.deepEqual(['Europe/Berlin', 'UTC', 'Mars/Olympus', '+02:00', '', 'a'.repeat(5_000)].map(isZone), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
