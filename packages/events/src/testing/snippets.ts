import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import * as typebox from 'typebox';
import * as events from '../index.ts';
import * as machinery from '../machinery.ts';

/**
 * Runs the TypeScript snippets of these sections of docs/events.md as one function, their imports handed in, and `last`
 * after them, which returns what is to be looked at. Their `schema.sql` is todo.sql.
 */
export async function runSnippets(
  sections: readonly string[],
  last: string,
  given: Record<string, unknown>,
  // biome-ignore lint/suspicious/noExplicitAny: what snippets return has no type
): Promise<any> {
  const text = readFileSync(new URL('../../../../docs/events.md', import.meta.url), 'utf8');
  const found = text.split(/^## /m).filter((section) => sections.includes(section.split('\n')[0]!));
  assert.equal(found.length, sections.length);
  const snippets = found.flatMap((section) =>
    [...section.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code),
  );
  const schema = JSON.stringify(new URL('./todo.sql', import.meta.url));
  const code = snippets
    .join('\n')
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(`new URL('schema.sql', import.meta.url)`, `new URL(${schema})`);
  const scope = { ...given, ...typebox, ...machinery, ...events } as Record<string, unknown>;
  const stripped = stripTypeScriptTypes(`async () => {${code}\n${last}}`);
  const used = Object.keys(scope).filter(
    (name) => new RegExp(`\\b${name}\\b`).test(stripped) && !['events', 'default'].includes(name),
  );
  return await new Function(...used, `return (${stripped})()`)(...used.map((name) => scope[name]));
}
