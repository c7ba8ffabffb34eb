import assert from 'node:assert/strict';
import { it } from 'node:test';
import { resolvePlan } from '@banyan/plan';
import { aPlan } from '@banyan/plan/testing';
import { rehearsedPlan, withInstances } from './pace.ts';

const plan = resolvePlan(aPlan());
const PORTS = new Map([
  ['banyan.gateway', 1],
  ['banyan.admin', 2],
  ['banyan.control', 3],
]);

it('asks for no more evidence than its load can give, and never for more than the plan does', () => {
  for (const pace of [
    { holdSeconds: 1, rate: 1 },
    { holdSeconds: 8, rate: 50 },
    { holdSeconds: 100_000, rate: 100_000 },
  ]) {
    const rehearsed = rehearsedPlan(plan, pace, PORTS, 2);
    for (const [name, { rollout }] of Object.entries(rehearsed.services)) {
      const own = plan.services[name]!.rollout;
      assert.ok(rollout.observeSeconds <= Math.min(own.observeSeconds, pace.holdSeconds));
      assert.ok(rollout.minRequests >= 1 && rollout.minRequests <= own.minRequests);
      assert.ok(rollout.minCompared >= 1 && rollout.minCompared <= own.minCompared);
    }
  }
});

it('leaves what is rehearsed as the team has it: steps, limits, tables, routes', () => {
  const { services } = rehearsedPlan(plan, { holdSeconds: 1, rate: 1 }, PORTS, 2);
  for (const [name, service] of Object.entries(services)) {
    const own = plan.services[name]!;
    const evidence = {
      observeSeconds: own.rollout.observeSeconds,
      minRequests: own.rollout.minRequests,
      minCompared: own.rollout.minCompared,
    };
    assert.deepEqual({ ...service, rollout: { ...service.rollout, ...evidence } }, own);
  }
});

it('listens on loopback only, on ports of its own', () => {
  const { gateway, control } = rehearsedPlan(
    { ...plan, gateway: { ...plan.gateway, host: '0.0.0.0' }, control: { ...plan.control, host: '0.0.0.0' } },
    { holdSeconds: 1, rate: 1 },
    PORTS,
    1,
  );
  assert.deepEqual([gateway.host, gateway.port, gateway.adminPort, gateway.workers], ['127.0.0.1', 1, 2, 1]);
  assert.deepEqual([control.host, control.port], ['127.0.0.1', 3]);
});

it('sends requests to the instances that were started, and to no other', () => {
  const urls = new Map(['monolith', ...Object.keys(plan.services)].map((name) => [name, `http://${name}`]));
  const { monolith, services } = withInstances(plan, urls);
  assert.deepEqual(monolith.origins, ['http://monolith']);
  for (const [name, { origins }] of Object.entries(services)) assert.deepEqual(origins, [`http://${name}`]);
});
