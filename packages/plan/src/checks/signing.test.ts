import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { resolvePlan } from '../resolve/resolve.ts';
import { buildRouteTable } from '../route-table.ts';
import { aPlan } from '../testing/plans.ts';
import type { Plan } from '../types.ts';
import { validatePlan } from './validate.ts';

const pem = () =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

function planWith(signing: Plan['gateway']['signing'], accepts?: string[]): Plan {
  const plan = aPlan();
  plan.gateway.signing = signing;
  if (accepts) Object.values(plan.services)[0]!.accepts = accepts;
  return plan;
}

const pathsOf = (plan: Plan) => validatePlan(plan).errors.map(({ path }) => path);

describe("the gateway's own tokens", () => {
  test('are signed with the keys of the plan, for the services that say what they accept', () => {
    const [privateKey, otherKey] = [pem(), pem()];
    const plan = planWith({ issuer: 'https://gateway', privateKey, otherKey }, ['shop']);
    assert.deepEqual(pathsOf(plan), []);
    const table = buildRouteTable(resolvePlan(plan), {}, 1);
    assert.deepEqual(table.signing, { issuer: 'https://gateway', privateKeys: [privateKey, otherKey] });
    assert.deepEqual(Object.values(table.services)[0]!.accepts, ['shop']);
  });

  test('bear a name that no other issuer has', () => {
    const { issuer } = aPlan().gateway.issuers![0]!;
    assert.deepEqual(pathsOf(planWith({ issuer: issuer!, privateKey: pem() })), ['gateway.signing.issuer']);
  });

  test('want a usable key, which no message shows', () => {
    const { errors } = validatePlan(planWith({ issuer: 'https://gateway', privateKey: 'hush hush' }));
    assert.equal(errors[0]!.path, 'gateway.signing.privateKey');
    assert.ok(!JSON.stringify(errors).includes('hush'));
  });

  test('are there when a service accepts some issuers only, and these are known', () => {
    const name = Object.keys(aPlan().services)[0]!;
    assert.deepEqual(pathsOf(planWith(undefined, ['shop'])), [`services.${name}.accepts`]);
    const unknown = planWith({ issuer: 'https://gateway', privateKey: pem() }, ['nobody']);
    assert.deepEqual(pathsOf(unknown), [`services.${name}.accepts[0]`]);
  });

  test('draw a warning for a service that may not know them and is sent what another one sends on', () => {
    const signing = { issuer: 'https://gateway', privateKey: pem() };
    const warned = (plan: Plan) =>
      validatePlan(plan).warnings.filter(({ path }) => path.endsWith('.accepts'));
    const [mute] = warned(planWith(signing, ['shop']));
    assert.equal(mute!.path, 'services.users.accepts');
    assert.match(mute!.message, /has signed for auth/);
    assert.match(mute!.hint, /accepts: \[\]/);
    const every = planWith(signing, ['shop']);
    every.services.users!.accepts = [];
    assert.deepEqual(warned(every), []);
    assert.deepEqual(warned(planWith(signing)), [], 'it signs nothing');
    const open = planWith(signing, ['shop']);
    for (const route of open.services.users!.routes) Object.assign(route, { key: 'none', auth: 'none' });
    assert.deepEqual(warned(open), [], 'nobody sends it a token');
  });
});
