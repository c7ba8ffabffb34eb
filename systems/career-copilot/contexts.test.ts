import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { variableOf } from '@banyan/harness/system';
import { contextMap, type ResolvedPlan, resolvePlan, validatePlan } from '@banyan/plan';
import type { Service, Taken } from '@banyan/service';
import { contexts } from './contexts.ts';
import { system } from './system.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOME = 'systems/career-copilot';

let plan: ResolvedPlan;
/** By service, as its module states it. */
const taken = new Map<string, readonly Taken[]>();

before(async () => {
  for (const [name, value] of Object.entries(variables())) process.env[name] ??= value;
  const { default: given } = await import('./banyan.config.ts');
  assert.deepEqual(validatePlan(given).errors, []);
  plan = resolvePlan(given);
  for (const { name, module } of Object.values(plan.services)) {
    const exported = Object.values((await import(module!)) as Record<string, Service>);
    taken.set(name, exported.find((one) => one.name === name)!.takes);
  }
});

/** What the plan asks for; nobody is connected to. */
function variables(): Record<string, string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const database = 'postgres://127.0.0.1/none';
  return {
    BANYAN_DATABASE_URL: 'postgres://127.0.0.1/control',
    CAREER_JWT_SECRET: 'the secret of the legacy system, long enough',
    CAREER_GATEWAY_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    ...Object.fromEntries(
      ['monolith', ...system.services].map((name) => [
        variableOf(system, name, 'DATABASE_URL'),
        `${database}_${name}`,
      ]),
    ),
  };
}

describe('the context map of Career Copilot', () => {
  it('has every context that the system is to have, as a service or in the monolith', () => {
    const titles = Object.values(contexts).map(({ title }) => title);
    assert.deepEqual(titles.toSorted(), [
      'Analytics',
      'Applications',
      'Authentication',
      'Integrations',
      'Jobs',
      'Notifications',
      'User Management',
    ]);
    for (const service of system.services) assert.ok(service in contexts, service);
    for (const [name, { entities, valueObjects, events }] of Object.entries(contexts))
      assert.ok(
        [entities, valueObjects, events].every((list) => list!.length > 0),
        name,
      );
  });

  it('is what the services hear, send, call and share', () => {
    const { contradictions, unread } = contextMap(plan, taken);
    assert.deepEqual([contradictions, unread], [[], []]);
  });

  it('has in it every contract that a service imports', async () => {
    const imports = await importedContracts();
    assert.ok(imports.length > 0);
    assert.deepEqual(imports.filter(isAgainst), []);
  });
});

describe('against the map it is noticed that', () => {
  const others: [what: string, by: Taken['by'], way: string][] = [
    ['a service hears another', 'event', 'events'],
    ['a service sends to another', 'command', 'commands'],
    ['a service calls another', 'call', 'calls'],
  ];
  for (const [what, by, way] of others)
    it(what, () => {
      const more: Taken = { by, service: 'analytics', name: 'Something' };
      const [against] = contextMap(plan, new Map([...taken, ['auth', [more]]])).contradictions;
      assert.deepEqual(
        [against!.downstream, against!.upstream, against!.by, against!.what, against!.where],
        ['auth', 'analytics', way, ['Something'], ['services.auth.module']],
      );
    });

  it('a service calls by the gateway what is not its to know', () => {
    const more: Taken = {
      by: 'call',
      service: 'api',
      name: 'summary',
      route: 'GET /api/v1/analytics/summary',
    };
    const { contradictions } = contextMap(plan, new Map([...taken, ['auth', [more]]]));
    assert.deepEqual(
      contradictions.map(({ downstream, upstream }) => [downstream, upstream]),
      [['auth', 'analytics']],
    );
  });

  it('a service shares a table, and each other way of each relation that is there', () => {
    const seen = contextMap(plan, taken).relations.filter(({ evidence }) => evidence.length > 0);
    const ways = seen.flatMap(({ downstream, upstream, evidence }) =>
      [...new Set(evidence.map(({ by }) => by))].map((by) => ({ downstream, upstream, by })),
    );
    assert.deepEqual(new Set(ways.map(({ by }) => by)), new Set(['events', 'calls', 'tables']));
    for (const { downstream, upstream, by } of ways) {
      const { contradictions } = contextMap(without(downstream, upstream, by), taken);
      assert.deepEqual(
        contradictions.map((one) => [one.downstream, one.upstream, one.by]),
        [[downstream, upstream, by]],
      );
    }
  });

  it('a service imports the contract of one that it takes nothing from', () => {
    assert.equal(isAgainst({ service: 'auth', contract: 'applications' }), true);
    assert.equal(isAgainst({ service: 'users', contract: 'auth' }), false);
  });
});

function without(downstream: string, upstream: string, way: string): ResolvedPlan {
  const context = plan.contexts[downstream]!;
  const { by, ...relation } = context.upstream[upstream]!;
  const changed = { ...relation, by: by.filter((one) => one !== way) };
  const contexts = {
    ...plan.contexts,
    [downstream]: { ...context, upstream: { ...context.upstream, [upstream]: changed } },
  };
  return { ...plan, contexts };
}

type Import = { service: string; contract: string };

/** To know what another says is to take from it. */
function isAgainst({ service, contract }: Import): boolean {
  const by = contexts[service]?.upstream?.[contract]?.by ?? [];
  return !by.some((way) => way !== 'tables');
}

/** The contracts of other services that a service's files import. */
async function importedContracts(): Promise<Import[]> {
  const output = join(mkdtempSync(join(tmpdir(), 'cruise-')), 'report.json');
  const args = [
    '--config',
    '.dependency-cruiser.cjs',
    '--include-only',
    `^${HOME}/`,
    '--output-type',
    'json',
  ];
  try {
    const all = [...args, '--output-to', output, `${HOME}/services`];
    await promisify(execFile)('depcruise', all, { cwd: ROOT });
    const { modules } = JSON.parse(readFileSync(output, 'utf8')) as {
      modules: { source: string; dependencies: { resolved: string }[] }[];
    };
    return modules.flatMap(({ source, dependencies }) => {
      const service = new RegExp(`^${HOME}/services/([^/]+)/`).exec(source)?.[1];
      return dependencies.flatMap(({ resolved }) => {
        const contract = new RegExp(`^${HOME}/contracts/([^/]+)[.]ts$`).exec(resolved)?.[1];
        const isOthers = contract !== undefined && contract in contexts && contract !== service;
        return service && isOthers ? [{ service, contract }] : [];
      });
    });
  } finally {
    rmSync(dirname(output), { recursive: true });
  }
}
