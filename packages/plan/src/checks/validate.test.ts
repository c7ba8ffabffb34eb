import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { defineMigration } from '../authoring/define-migration.ts';
import { PlanError } from '../problem.ts';
import { aPlan, aRoute, aService, aTable } from '../testing/plans.ts';
import type { Plan } from '../types.ts';
import { validatePlan } from './validate.ts';

/** The plan with one value changed, e.g. changed('control.port', 'x'). */
function changed(path: string, value: unknown): unknown {
  const plan = structuredClone(aPlan()) as unknown as Record<string, unknown>;
  const parts = path.split('.');
  let target = plan;
  for (const part of parts.slice(0, -1)) target = target[part] as Record<string, unknown>;
  target[parts.at(-1)!] = value;
  return plan;
}

function errorsOf(plan: unknown) {
  return validatePlan(plan).errors;
}

function onlyError(plan: unknown) {
  const errors = errorsOf(plan);
  assert.equal(errors.length, 1, JSON.stringify(errors, null, 1));
  return errors[0]!;
}

describe('a plan', () => {
  test('tells every problem in one go, however many there are', () => {
    const services = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`s${index}`, aService(`s${index}`, { url: 'no url' })]),
    );
    assert.equal(errorsOf(aPlan({ services })).filter(({ path }) => path.endsWith('.url')).length, 30);
    const issuers = Array.from({ length: 5 }, (_, index) => ({ name: `i${index}`, algorithm: ['a'] }));
    const found = errorsOf(changed('gateway.issuers', issuers)).map(({ path }) => path);
    assert.deepEqual(
      found,
      issuers.map((_, index) => `gateway.issuers[${index}]`),
    );
  });

  test('that is right is returned as it is, without warnings', () => {
    const plan = aPlan();
    assert.equal(defineMigration(plan), plan);
    assert.deepEqual(validatePlan(plan), { errors: [], warnings: [] });
  });

  test('may leave optional properties undefined', () => {
    assert.deepEqual(errorsOf(changed('control.port', undefined)), []);
  });

  test('shows every error at once, each with path, value and hint', () => {
    const plan = changed('control.port', 'seventy') as Plan;
    plan.services.auth!.routes[0]!.key = 'params.id';
    plan.services.users!.routes[1]!.route = 'FETCH users';
    plan.rollout = { steps: ['50%', '10%'] };
    const errors = errorsOf(plan);
    assert.deepEqual(
      errors.map(({ path, value }) => `${path} ${value}`),
      [
        'control.port "seventy"',
        'rollout.steps[1] "10%"',
        'services.auth.routes[0].key "params.id"',
        'services.users.routes[1].route "FETCH users"',
      ],
    );
    for (const { message, hint } of errors) assert.ok(message.length > 5 && hint.length > 5);
    assert.throws(
      () => defineMigration(plan),
      (error: unknown) =>
        error instanceof PlanError && error.problems.length === 4 && /4 errors/.test(error.message),
    );
  });

  test('never shows a secret or a password', () => {
    const plan = aPlan();
    plan.gateway.issuers = [{ name: 'x', issuer: 'x', algorithm: 'HS256', secret: 'hush-hush' }];
    plan.monolith.signAs = 'x';
    plan.control.token = 'short-token';
    plan.services.auth!.database = plan.monolith.database;
    plan.services.users!.database = 'mysql://u:hush-hush@h/d';
    const { errors, warnings } = validatePlan(plan);
    const text = JSON.stringify([...errors, ...warnings]);
    assert.deepEqual([errors.length, warnings.length], [3, 1], text);
    for (const hidden of ['hush-hush', 'short-token', 'shop-secret']) assert.ok(!text.includes(hidden), text);
  });

  test('with a misspelt property is told the right one', () => {
    const error = onlyError(changed('services.auth.rolout', {}));
    assert.equal(error.path, 'services.auth.rolout');
    assert.match(error.hint, /did you mean rollout/);
  });

  test('with a missing property is told what to add', () => {
    const error = onlyError(changed('services.auth.database', undefined));
    assert.equal(error.path, 'services.auth.database');
    assert.match(error.message, /missing/);
    assert.match(error.hint, /postgres:/);
  });

  test('of any shape ends in errors, never in a crash', () => {
    const keys = fc.constantFrom(
      'name',
      'services',
      'auth',
      'routes',
      'tables',
      'gateway',
      'issuers',
      'monolith',
      'url',
      'key',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, undefined, true, 1, '', 'none', 'GET /x'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(value, (plan) => assert.ok(errorsOf(plan).length > 0)),
      { numRuns: 300 },
    );
  });

  test('that is right but for one value is told that value, whatever it is', () => {
    const places = [
      'name',
      'monolith.url',
      'control.database',
      'gateway.port',
      'services.auth.routes',
      'services.users.tables.0.rows',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.oneof(fc.double(), fc.constant({ odd: 1 }), fc.constant('§')),
        (place, value) => {
          fc.pre(!(place === 'gateway.port' && Number.isInteger(value)));
          const shown = place.replace('.0', '[0]');
          assert.ok(
            errorsOf(changed(place, value)).some(({ path }) => path === shown || path.startsWith(shown)),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('values', () => {
  const cases: [path: string, value: unknown, shown?: string][] = [
    ['name', 'my shop'],
    ['monolith.url', 'http://127.0.0.1:8000/path'],
    ['monolith.url', ['http://127.0.0.1:8000', 'ftp://x']],
    ['monolith.url', []],
    ['monolith.database', 'mysql://127.0.0.1/x'],
    ['monolith.health', 'health'],
    ['monolith.timeoutMs', 0],
    ['monolith.signAs', 'nobody'],
    ['control.host', ''],
    ['control.port', 70_000],
    ['control.token', 'short'],
    ['gateway.workers', 0],
    ['gateway.bodyBytes', 1.5],
    ['gateway.rateLimit', { perMinute: 0, perHour: 1 }],
    ['gateway.healthChecks', { intervalMs: 0 }, 'gateway.healthChecks.intervalMs'],
    ['gateway.healthChecks', { unhealthyAfter: 0 }, 'gateway.healthChecks.unhealthyAfter'],
    ['gateway.healthChecks', { healthyAfter: 1.5 }, 'gateway.healthChecks.healthyAfter'],
    ['gateway.healthChecks', { everyMs: 5 }, 'gateway.healthChecks.everyMs'],
    ['gateway.override', { header: 'a b', roles: [] }],
    [
      'gateway.issuers.0',
      { name: 'shop', issuer: 'shop', algorithm: 'RS256', secret: 'x' },
      'gateway.issuers[0]',
    ],
    ['services.auth.routes', [], 'services.auth.routes'],
    ['services.auth.routes.0.auth', 'maybe', 'services.auth.routes[0].auth'],
    ['services.auth.routes.0.bodyBytes', 0, 'services.auth.routes[0].bodyBytes'],
    ['services.auth.tables.0.columns', [], 'services.auth.tables[0].columns'],
    ['services.auth.rollout', { maxFailureRatio: 2 }, 'services.auth.rollout.maxFailureRatio'],
    ['services.auth.rollout', { steps: [] }, 'services.auth.rollout.steps'],
    ['services.auth.rollout', { steps: ['110%'] }, 'services.auth.rollout.steps[0]'],
    ['services.auth.rollout', { steps: ['1%', '1%'] }, 'services.auth.rollout.steps[1]'],
    ['services.auth.rollout', { steps: ['canary'] }, 'services.auth.rollout.steps[0]'],
    ['services.auth.rollout', { onFailure: 'ignore' }, 'services.auth.rollout.onFailure'],
  ];
  for (const [path, value, shown] of cases) {
    test(`${path} = ${JSON.stringify(value)} is refused`, () => {
      const errors = errorsOf(changed(path, value));
      assert.equal(errors[0]?.path, shown ?? path, JSON.stringify(errors));
      assert.ok(errors.every(({ hint }) => hint.length > 0));
    });
  }
});

describe('issuers', () => {
  test('with a short HS256 secret draw a warning: it is the monolith that has it', () => {
    const { errors, warnings } = validatePlan(changed('gateway.issuers.0.secret', 'x'.repeat(31)));
    assert.deepEqual(errors, []);
    assert.deepEqual(
      warnings.map(({ path }) => path),
      ['gateway.issuers[0].secret'],
    );
  });

  test('say once where their tokens come', () => {
    const issuer = { name: 'shop', algorithm: 'HS256', secret: 'x'.repeat(32) };
    const errorsOf = (...issuers: object[]) =>
      validatePlan(changed('gateway.issuers', issuers)).errors.map(({ path }) => path);
    assert.deepEqual(
      errorsOf(
        { ...issuer, scheme: 'Token' },
        { ...issuer, name: 'b' },
        { ...issuer, name: 'c', cookie: 'sid' },
      ),
      [],
    );
    assert.ok(errorsOf({ ...issuer, scheme: 'Token', cookie: 'sid' }).includes('gateway.issuers[0].cookie'));
    assert.ok(
      errorsOf({ ...issuer, scheme: 'Token' }, { ...issuer, name: 'b', scheme: 'token' }).includes(
        'gateway.issuers[1].issuer',
      ),
    );
  });

  test('have names of their own', () => {
    const issuer = { name: 'shop', issuer: 'other', algorithm: 'JWKS', jwksUrl: 'https://x.test/jwks' };
    const plan = aPlan();
    const error = onlyError(changed('gateway.issuers', [...plan.gateway.issuers!, issuer]));
    assert.equal(error.path, 'gateway.issuers[1].name');
  });

  test('that sign for the monolith are HS256', () => {
    const issuer = { name: 'shop', issuer: 'shop', algorithm: 'JWKS', jwksUrl: 'https://x.test/jwks' };
    assert.equal(onlyError(changed('gateway.issuers', [issuer])).path, 'monolith.signAs');
  });

  test('are there when a route wants a token', () => {
    const plan = aPlan({ gateway: {} });
    delete plan.monolith.signAs;
    const errors = errorsOf(plan);
    assert.equal(errors.length, 5);
    assert.match(errors[0]!.message, /no issuer/);
  });
});

describe('routes', () => {
  const withRoutes = (...routes: Plan['services'][string]['routes']) =>
    aPlan({ services: { auth: aService('auth', { routes, tables: [aTable('users', ['email'])] }) } });

  test('are unique over all services, whatever their parameters are called', () => {
    const plan = aPlan();
    plan.services.auth!.routes.push(aRoute('post  /users/:user/suspend', 'params.user'));
    const error = onlyError(plan);
    assert.equal(error.path, 'services.users.routes[2].route');
    assert.match(error.message, /services\.auth\.routes\[2\]/);
  });

  for (const route of [
    'GET',
    '/users',
    'GET users',
    'GET /a//b',
    'GET /a/:id/:id',
    'GET /a/*/b',
    'GET /a/%2e',
    'GET /../a',
    'GET /a?b',
  ]) {
    test(`${route} is not a route`, () => {
      assert.equal(onlyError(withRoutes(aRoute(route, 'token.sub'))).path, 'services.auth.routes[0].route');
    });
  }

  for (const key of ['sub', 'token', 'token.', 'param.id', 'params.uid', 'header.', 'None']) {
    test(`${key} is not a key of GET /users/:id`, () => {
      assert.equal(onlyError(withRoutes(aRoute('GET /users/:id', key))).path, 'services.auth.routes[0].key');
    });
  }

  test('that the monolith does not have draw a warning if they write without a key: 404 below 100 %', () => {
    const added = (method: string) =>
      validatePlan(withRoutes(aRoute(`${method} /auth/passkeys`, 'none', { onMonolith: false, writes: [] })));
    const { errors, warnings } = added('POST');
    assert.deepEqual([errors, warnings.map(({ path }) => path)], [[], ['services.auth.routes[0].key']]);
    assert.match(warnings[0]!.message, /answered with 404 below 100 %/);
    assert.deepEqual(added('GET'), { errors: [], warnings: [] });
  });

  test('do not take a key from a token that nobody checks', () => {
    assert.match(onlyError(withRoutes(aRoute('GET /x', 'token.sub', { auth: 'none' }))).message, /token/);
  });

  test('with a key do not write a table with one writer', () => {
    const plan = withRoutes(aRoute('PUT /users/me', 'token.sub', { writes: ['public.users'] }));
    plan.services.auth!.tables = [aTable('users', ['email'], { owner: { by: 'writer' } })];
    assert.equal(onlyError(plan).path, 'services.auth.routes[0].writes[0]');
  });

  test('with a key say what they write when the service has a table with one writer', () => {
    const plan = withRoutes(aRoute('PUT /users/me', 'token.sub'));
    plan.services.auth!.tables = [aTable('users', ['email'], { owner: { by: 'writer' } })];
    assert.equal(onlyError(plan).path, 'services.auth.routes[0].writes');
    plan.services.auth!.routes[0]!.writes = [];
    assert.deepEqual(errorsOf(plan), []);
  });

  test('write tables that a service maps', () => {
    const error = onlyError(withRoutes(aRoute('PUT /users/me', 'token.sub', { writes: ['user'] })));
    assert.match(error.hint, /public\.users/);
  });

  test('without a key that write a table owned by key draw a warning: inserts only', () => {
    const { errors, warnings } = validatePlan(
      withRoutes(aRoute('POST /register', 'none', { writes: ['users'] })),
    );
    assert.deepEqual(errors, []);
    assert.match(warnings[0]!.message, /only its INSERTs/);
  });
});

describe('services', () => {
  for (const name of ['Auth', 'auth-service', 'monolith', 'a.b', '', 'x'.repeat(41)]) {
    test(`cannot be called '${name}'`, () => {
      const plan = aPlan({ services: { [name]: aService('auth', { tables: [aTable('users', [])] }) } });
      assert.match(onlyError(plan).message, /name/);
    });
  }

  test('do not live in the database of the monolith', () => {
    const plan = aPlan();
    plan.services.auth!.database = plan.monolith.database;
    assert.equal(onlyError(plan).path, 'services.auth.database');
  });

  test('do not both own the rows of one legacy table', () => {
    const plan = aPlan();
    plan.services.users!.tables = [aTable('users', ['full_name'])];
    const error = onlyError(plan);
    assert.equal(error.path, 'services.users.tables[0].rows');
    assert.match(error.message, /services\.auth\.tables\[0\]/);
  });

  test('do not both change one legacy column', () => {
    const plan = aPlan();
    plan.services.users!.tables = [aTable('users', ['email'], { rows: 'foreign' })];
    const error = onlyError(plan);
    assert.equal(error.path, 'services.users.tables[0].columns[1]');
    assert.match(error.message, /public\.users\.email/);
  });

  test('map the key and the owner of their tables', () => {
    const plan = aPlan();
    plan.services.auth!.tables = [
      aTable('users', ['email'], {
        service: { schema: 'public', table: 'users', key: ['uid'] },
        owner: { by: 'key', legacyColumn: 'owner', serviceColumn: 'id' },
      }),
    ];
    assert.deepEqual(
      errorsOf(plan).map(({ path }) => path),
      ['services.auth.tables[0].service.key[0]', 'services.auth.tables[0].owner.legacyColumn'],
    );
  });

  test('map the key as it is, or the replication would refuse it', () => {
    const plan = aPlan();
    plan.services.auth!.tables![0]!.columns[0]!.flow = 'forward';
    const error = onlyError(plan);
    assert.equal(error.path, 'services.auth.tables[0]');
    assert.match(error.message, /public\.users: key column id/);
  });

  test('fill no service table twice', () => {
    const plan = aPlan();
    plan.services.auth!.tables!.push({ ...aTable('users', ['phone']), rows: 'foreign' });
    assert.equal(onlyError(plan).path, 'services.auth.tables[1].service.table');
  });
});

test('a control plane that other machines reach, and a rollout that ends early, draw warnings', () => {
  const plan = aPlan({ rollout: { steps: ['1%', '50%'] } });
  plan.control.host = '0.0.0.0';
  const { errors, warnings } = validatePlan(plan);
  assert.deepEqual(errors, []);
  assert.deepEqual(
    warnings.map(({ path }) => path),
    ['control.host', 'rollout.steps'],
  );
});

describe('ports', () => {
  test('of an upstream are ports', () => {
    assert.equal(onlyError(changed('monolith.url', 'http://127.0.0.1:99999')).message, 'is no URL');
  });

  test('belong to one listener each, defaults counted', () => {
    assert.equal(onlyError(changed('gateway.adminPort', 7070)).path, 'control.port');
    assert.match(onlyError(changed('control.port', 8080)).message, /the gateway too \(gateway\.port\)/);
    const open = aPlan({ gateway: { ...aPlan().gateway, host: '0.0.0.0', port: 7071 } });
    assert.equal(onlyError(open).path, 'gateway.adminPort');
    const apart = aPlan({ gateway: { ...aPlan().gateway, host: '10.0.0.1', port: 7071 } });
    assert.deepEqual(errorsOf(apart), []);
  });

  test('of 0 are any free ones, so two of them are not the same', () => {
    const plan = aPlan({ gateway: { ...aPlan().gateway, port: 0 } });
    plan.control.port = 0;
    assert.deepEqual(errorsOf(plan), []);
  });

  test('that Banyan listens on are nobody to forward to', () => {
    assert.match(
      onlyError(changed('monolith.url', 'http://localhost:8080')).message,
      /the gateway itself listens/,
    );
    assert.equal(
      onlyError(changed('services.auth.url', ['http://127.0.0.1:4001', 'http://127.0.0.1:7070'])).path,
      'services.auth.url',
    );
  });
});
