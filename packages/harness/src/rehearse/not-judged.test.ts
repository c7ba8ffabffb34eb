import assert from 'node:assert/strict';
import { it } from 'node:test';
import { resolvePlan } from '@banyan/plan';
import { aPlan } from '@banyan/plan/testing';
import { once } from '../load/load.ts';
import { notJudged } from './not-judged.ts';

const plan = resolvePlan(aPlan());
const [service] = Object.keys(plan.services);
const everyRoute = new Set(Object.values(plan.services).flatMap(({ routes }) => routes.map(({ id }) => id)));
const promises = { promises: { row: once(async () => new Map()) } };
const FULL = {
  plan,
  services: Object.keys(plan.services),
  loads: new Map(Object.keys(plan.services).map((name) => [name, promises])),
  asked: everyRoute,
  unpromised: {},
};

it('says even of a rehearsal that asked for everything what no rehearsal judges', () => {
  const said = notJudged(FULL);
  assert.equal(said.length, 2);
  assert.match(said.join('\n'), /rateLimit.*\n.*retiring/);
});

it('names what was not moved, not asked, not promised', () => {
  const [route] = plan.services[service!]!.routes;
  const others = FULL.services.filter((name) => name !== service);
  const said = (run: Partial<typeof FULL>) => notJudged({ ...FULL, ...run }).join('\n');
  assert.match(said({ services: others }), new RegExp(`^${service} was not moved$`, 'm'));
  assert.ok(
    said({ asked: new Set([...everyRoute].filter((id) => id !== route!.id)) }).includes(
      `no request of the load was one of ${route!.id}`,
    ),
  );
  assert.match(said({ loads: new Map() }), new RegExp(`no promise .* writes of ${service} `));
  assert.match(said({ unpromised: { 'POST /x': 3 } }), /^3 requests POST \/x promised nothing/m);
});
