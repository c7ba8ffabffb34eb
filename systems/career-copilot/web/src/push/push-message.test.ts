import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readPushMessage } from './push-message.ts';

const ORIGIN = 'https://career.example';
const read = (text: string) => readPushMessage(text, { origin: ORIGIN, fallback: 'Career Copilot' });

describe('a push message', () => {
  it('says what it was sent with, and leads to its page', () => {
    const sent = { title: 'To do: Ask', body: 'Today', tag: 'a1', link: `${ORIGIN}/applications/12` };
    assert.deepEqual(read(JSON.stringify(sent)), {
      title: 'To do: Ask',
      body: 'Today',
      tag: 'a1',
      path: '/applications/12',
    });
  });

  it('leads to no other site', () => {
    for (const link of [
      'https://evil.example/jobs/1',
      '//evil.example',
      'javascript:alert(1)',
      `${ORIGIN}/api/v1/jobs`,
      7,
    ])
      assert.equal(read(JSON.stringify({ title: 'a', link })).path, '/');
  });

  it('is something to be shown, whatever came', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { title, path } = read(text);
        assert.ok(title.length > 0 && path.startsWith('/'));
      }),
    );
    assert.equal(read('null').title, 'Career Copilot');
  });
});
