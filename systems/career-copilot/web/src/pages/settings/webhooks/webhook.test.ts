import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readableBody, replayFrom, shortAddress, standingOf, webhookSearch } from './webhook.ts';

describe('a webhook', () => {
  it('stands as its owner or its endpoint have it', () => {
    const since = '2026-06-01T08:00:00.000Z';
    assert.equal(standingOf({ disabled: null, failing_since: null }), 'on');
    assert.equal(standingOf({ disabled: null, failing_since: since }), 'failing');
    assert.equal(standingOf({ disabled: 'by_owner', failing_since: since }), 'off');
    assert.equal(standingOf({ disabled: 'failing', failing_since: since }), 'given-up');
    assert.equal(standingOf({ disabled: 'gone', failing_since: null }), 'gone');
  });

  it('is told from others by what its address is of', () => {
    assert.equal(shortAddress('https://hooks.example.com/'), 'hooks.example.com');
    assert.equal(shortAddress('https://hooks.example.com:8443/a/b?c=1'), 'hooks.example.com:8443/a/b?c=1');
    assert.equal(shortAddress('no address'), 'no address');
  });

  it('is read by its address, as far as that is understood', () => {
    assert.deepEqual(webhookSearch({ state: 'dead', delivery: 12 }), { state: 'dead', delivery: 12 });
    assert.deepEqual(webhookSearch({ state: 'asleep', delivery: '12' }), {});
    assert.deepEqual(webhookSearch({ delivery: -1 }), {});
  });

  it('sends bodies that can be read', () => {
    assert.equal(readableBody('{"a":1}'), '{\n  "a": 1\n}');
    assert.equal(readableBody('no json'), 'no json');
  });

  it('sends again what was given up since some days', () => {
    assert.equal(replayFrom(7, new Date('2026-06-08T09:00:00Z')), '2026-06-01T09:00:00.000Z');
  });
});
