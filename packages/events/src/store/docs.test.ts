import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import * as typebox from 'typebox';
import * as events from '../index.ts';

const SECTIONS = ['Event store', 'Deciders', 'Projections'];
const EXPECTED = `return { projector, position, version, page, next, trail, events, registered, before, rows };`;

test('the snippets of docs/events.md on the store, deciders and projections do what the text says', async (t) => {
  const pool = createPool(await (await testServer()).database('docs'));
  const { projector, ...found } = await runSnippets({ pool, masterKey: randomBytes(32).toString('base64') });
  t.after(async () => {
    await projector.stop();
    await pool.end();
  });
  assert.equal(found.version, 1);
  assert.deepEqual([found.events.length, found.page.length, found.trail.length], [1, 1, 1]);
  assert.equal(found.next, found.position);
  assert.equal(found.registered.data.email, events.FORGOTTEN);
  assert.deepEqual(found.registered.forgotten, ['email']);
  assert.equal(found.before.state.balance, 5);
  assert.deepEqual(found.rows, [{ balance: '4' }]);
});

/** All of them as one function, their imports handed in. */
// biome-ignore lint/suspicious/noExplicitAny: what snippets return has no type
async function runSnippets(given: Record<string, unknown>): Promise<any> {
  const text = readFileSync(new URL('../../../../docs/events.md', import.meta.url), 'utf8');
  const sections = text.split(/^## /m).filter((section) => SECTIONS.includes(section.split('\n')[0]!));
  assert.equal(sections.length, SECTIONS.length);
  const snippets = sections.flatMap((section) =>
    [...section.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code),
  );
  const code = snippets.join('\n').replaceAll(/^import .*$/gm, '');
  const scope = { ...given, ...typebox, ...events } as Record<string, unknown>;
  const stripped = stripTypeScriptTypes(`async () => {${code}\n${EXPECTED}}`);
  const used = Object.keys(scope).filter(
    (name) => new RegExp(`\\b${name}\\b`).test(stripped) && name !== 'events',
  );
  return await new Function(...used, `return (${stripped})()`)(...used.map((name) => scope[name]));
}
