import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { aPlan } from '@banyan/plan/testing';
import { blocksOf, withFile } from '../../../../scripts/documentation.ts';
import { aShop, root } from '../testing/a-shop.ts';
import { MAIN, run, writePlan } from '../testing/run-cli.ts';

const TITLE = 'People & <friends>';
const relation = { relation: 'conformist', by: ['tables'] };
const MAP = {
  auth: { entities: ['Account'], events: ['UserRegistered'] },
  users: { title: TITLE, upstream: { auth: relation } },
  orders: { entities: ['Order'], upstream: { users: { relation: 'open-host', by: ['events', 'calls'] } } },
};

/** A folder with a plan that has this map; `takes` is what the module of users states. */
function aFolder(contexts: object, takes?: object[], exported = 'users') {
  const folder = mkdtempSync(join(root, 'contexts-'));
  const module = join(folder, 'users.mjs');
  if (takes)
    writeFileSync(
      module,
      `export const made = ${JSON.stringify({ name: exported, takes })}; export const other = 1;`,
    );
  const { auth, users } = aPlan().services;
  const services = { auth, users: { ...users, ...(takes ? { module: pathToFileURL(module).href } : {}) } };
  writePlan(folder, 7070, { contexts, services });
  return { folder, banyan: (...args: string[]) => run([MAIN, 'contexts', ...args], folder).ended };
}

const heard = { by: 'event', service: 'auth', name: 'UserRegistered' };

describe('banyan contexts', { concurrency: 3 }, () => {
  test('tells what each context is, takes and gives, with what shows it, in 80 columns', async () => {
    const { code, stdout, stderr } = await aFolder(MAP, []).banyan();
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^auth, service auth\n {2}entities +Account\n {2}events +UserRegistered\n {2}gives to +users\n/,
    );
    assert.match(
      stdout,
      /users \(People & <friends>\), service users\n {2}gives to +orders\n {2}takes from auth: conformist\n {4}tables {2}public\.users \(rows\)\n/,
    );
    assert.match(
      stdout,
      /orders, in the monolith\n[\s\S]* {4}events {2}inside the monolith\n {4}calls {3}inside the monolith\n/,
    );
    assert.match(stdout, /names no module: what these hear, send and call:\s+auth\n/);
    assert.match(stdout, /3 contexts, 2 relations, nothing contradicts them\n$/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

  test('exits with 1 when something is taken that the map does not allow, with its place and a hint', async () => {
    const { code, stdout } = await aFolder(MAP, [heard]).banyan();
    assert.equal(code, 1);
    assert.match(
      stdout.replace(/\s+/g, ' '),
      /against the map: users hears UserRegistered of auth, and the map has it take by tables only at services\.users\.module hint: add 'events' to contexts\.users\.upstream\.auth\.by/,
    );
    assert.match(stdout, /1 contradiction\n$/);
  });

  test('answers in JSON with all of it', async () => {
    const { code, json } = await aFolder(MAP, [heard]).banyan('--json');
    assert.equal(code, 1);
    const { contexts, relations, contradictions, unread } = json();
    assert.deepEqual(
      contexts.map(({ name, service }: Record<string, unknown>) => [name, service]),
      [
        ['auth', 'auth'],
        ['users', 'users'],
        ['orders', null],
      ],
    );
    assert.deepEqual(relations[0].evidence, [
      { by: 'events', what: 'UserRegistered', where: 'services.users.module' },
      { by: 'tables', what: 'public.users (rows)', where: 'services.users.tables[0]' },
    ]);
    assert.deepEqual([contradictions.length, contradictions[0].by, unread], [1, 'events', ['auth']]);
  });

  test('draws one picture, the same each time, with every text escaped and nothing from elsewhere', async () => {
    const { folder, banyan } = aFolder(MAP, [heard]);
    const drawn = async (file: string) => {
      const { stderr } = await banyan('--svg', file);
      assert.match(stderr, new RegExp(`wrote ${file}`));
      return readFileSync(join(folder, file), 'utf8');
    };
    const svg = await drawn('map.svg');
    assert.equal(await drawn('again.svg'), svg);
    assert.match(svg, />People &amp; &lt;friends&gt;</);
    assert.match(svg, /class="relation contradiction"/);
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.doesNotMatch(svg.replace('xmlns="http://www.w3.org/2000/svg"', ''), /https?:|href|url\((?!#)/);
    assert.doesNotMatch(svg, /NaN|undefined/);
    assertWellFormed(svg);
  });

  test('answers about the plan of its documentation as that says', async () => {
    const [plan] = blocksOf('docs/contexts.md', 'ts plan');
    const { code, stdout, stderr } = await withFile(
      plan!,
      (file) => run([MAIN, 'contexts', '--config', file], root).ended,
    );
    assert.equal(code, 0, stderr);
    assert.equal(stdout, blocksOf('docs/contexts.md', 'text')[0]);
  });

  test('of a plan without a map says what to state, and exits with 2', async () => {
    const { code, stderr } = await aFolder({}).banyan();
    assert.equal(code, 2);
    assert.match(stderr, /has no context map\n {2}hint: state the bounded contexts/);
  });

  test('of a module without the service says which one, and exits with 2', async () => {
    const { code, stderr } = await aFolder(MAP, [], 'people').banyan();
    assert.equal(code, 2);
    assert.match(stderr, /the module of users exports people only\n {2}at: .*users\.mjs\n {2}hint: /);
    const { folder, banyan } = aFolder(MAP, []);
    writeFileSync(join(folder, 'users.mjs'), 'throw new Error("the port is taken");');
    assert.match((await banyan()).stderr, /the module of users cannot be loaded: the port is taken/);
  });
});

describe('banyan phases', { concurrency: 3 }, () => {
  const phases = [
    { title: 'Ground', from: 1, to: 1, parts: [{ name: 'Tracing', done: true }] },
    {
      title: 'Services',
      from: 2,
      to: 9,
      parts: [
        { name: 'Accounts', service: 'auth', why: 'All know people by it.' },
        { name: 'People', service: 'users' },
        { name: 'Orders', service: 'orders' },
        { name: 'A search' },
      ],
    },
  ];

  test('shows what is where and what comes next, with the reason', async (t) => {
    const { fake, api, folder, banyan } = await aShop(t);
    writePlan(folder, api.port, { phases });
    const at = { stage: 'canary', share: 1_000 } as const;
    Object.assign(fake.services.auth!, { ...at, target: at });
    const full = { stage: 'migrated', share: 10_000 } as const;
    Object.assign(fake.services.users!, { ...full, target: full });
    const { code, stdout, stderr } = await banyan('phases');
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      [
        'Ground, month 1',
        '  Tracing  there',
        '',
        'Services, months 2 to 9',
        '  Accounts  under way, service auth: canary 10%',
        '  People    there, service users: migrated',
        '  Orders    to come',
        '  A search  to come',
        '',
        'Next: Accounts (Services). All know people by it.',
        '',
      ].join('\n'),
    );
    const { next } = (await banyan('phases', '--json')).json();
    assert.deepEqual(next, { phase: 'Services', part: 'Accounts', why: 'All know people by it.' });
  });

  test('says what the plan knows where there is no control plane, and of a plan without phases what to state', async () => {
    const folder = mkdtempSync(join(root, 'phases-'));
    writePlan(folder, 1, { phases });
    const { code, stdout, stderr } = await run([MAIN, 'phases'], folder).ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /where services are is not known: /);
    assert.match(stdout, /Accounts {2}service auth of the plan\n/);
    writePlan(folder, 1);
    const none = await run([MAIN, 'phases'], folder).ended;
    assert.equal(none.code, 2);
    assert.match(none.stderr, /has no phases\n {2}hint: state the roadmap/);
  });
});

/** That each element that is opened is closed, in the right order. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  for (const [, closing, name, alone] of xml.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/gi)) {
    if (closing) assert.equal(open.pop(), name);
    else if (!alone) open.push(name!);
  }
  assert.deepEqual(open, []);
}
