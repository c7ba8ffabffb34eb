import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { aPlan } from '@banyan/plan/testing';
import { MAIN, run } from '../testing/run-cli.ts';

const root = mkdtempSync(join(tmpdir(), 'banyan-hostile-'));
after(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;

async function check(source: string, ...args: string[]) {
  const folder = join(root, String(++folders));
  mkdirSync(folder);
  writeFileSync(join(folder, 'banyan.config.ts'), source);
  return await run([MAIN, ...(args.length > 0 ? args : ['check', '--offline'])], folder).ended;
}

const plan = aPlan();
plan.monolith.database = 'postgres://shop:hush%40hush@127.0.0.1:1/shop';
const right = JSON.stringify(plan);

const CASES: [what: string, source: string, message: RegExp][] = [
  ['a function', `export default async () => (${right});`, /exports a function, not a plan/],
  [
    'a value that holds itself',
    `const p: any = ${right}; p.rollout = p; export default p;`,
    /cannot be read: .*circular/,
  ],
  ['a getter that throws', `export default { ...${right}, get name() { throw new Error('no'); } };`, /no/],
  [
    'a trap',
    `export default new Proxy(${right}, { ownKeys() { throw new Error('trap'); } });`,
    /cannot be read: trap/,
  ],
  ['an error', `throw new Error('boom'); export default ${right};`, /boom/],
  ['nothing that is thrown', 'throw null;', /null/],
  ['TypeScript that is more than types', `enum A { B } export default ${right};`, /enum is not supported/],
  ['an end of the process', `process.exit(0); export default ${right};`, /ended the process, or waits/],
  [
    'what never comes',
    `await new Promise(() => {}); export default ${right};`,
    /ended the process, or waits/,
  ],
  ['ten megabytes', `export default { ...${right}, more: '${'a'.repeat(1e7)}' };`, /is not a known property/],
  [
    'prototypes',
    `export default JSON.parse('{"__proto__":{"name":"x"},"services":{"__proto__":{},"constructor":{}}}');`,
    /errors/,
  ],
];

describe('a plan that is no plan is told with what to do, whatever it does instead', {
  concurrency: 2,
}, () => {
  for (const [what, source, message] of CASES)
    test(what, async () => {
      const { code, stderr, stdout } = await check(source);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.match(stderr, /hint: /);
      assert.ok(stderr.length < 10_000, 'short');
      assert.doesNotMatch(stderr + stdout, /hush|\n {4}at /);
    });

  test('an error that comes later shows no line of the plan', async () => {
    const { code, stderr } = await check(
      `setTimeout(() => { throw new Error('later'); }, 1); await new Promise((go) => setTimeout(go, 5_000)); export default ${right};`,
    );
    assert.notEqual(code, 0);
    assert.match(stderr, /^error: later/m);
    assert.doesNotMatch(stderr, /hush/);
  });
});

test('a byte order mark and line ends of another system are no matter', async () => {
  const { code, stderr } = await check(`\uFEFFexport default ${right.replaceAll(',', ',\r\n')};\r\n`);
  assert.equal(code, 0, stderr);
});

test('a password is shown by no command, encoded or not', async () => {
  const passwords = ['hush%zz', `hush'"hush`, 'hush%40%3A%2F%3F%23', 'hushäß€'];
  const service = plan.services.auth!;
  const encoded = { ...plan, services: {} as typeof plan.services };
  for (const [index, password] of passwords.entries())
    encoded.services[`auth${index}`] = {
      ...service,
      routes: [],
      database: `postgres://shop:${password}@127.0.0.1:1/shop`,
    };
  const wrong = structuredClone(plan);
  wrong.monolith.database = 'postgres://shop:hush@hush:/hu sh@127.0.0.1:1/shop';
  for (const [each, command] of [
    [encoded, ['check', '--json']],
    [encoded, ['up']],
    [encoded, ['status']],
    [wrong, ['check']],
  ] as const) {
    const { code, stderr, stdout } = await check(`export default ${JSON.stringify(each)};`, ...command);
    assert.notEqual(code, 0, command.join(' '));
    assert.doesNotMatch(stderr + stdout, /hush|hu sh/, command.join(' '));
  }
});
