import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { resolvePlan } from '@banyan/plan';
import { aPlan, aService } from '@banyan/plan/testing';
import { preflightInstances } from './instances.ts';

/** A server that answers 200 at these paths, and 404 elsewhere; its URL. */
async function serving(t: TestContext, ...paths: string[]): Promise<string> {
  const server = createServer((req, res) => {
    res.statusCode = paths.includes(req.url ?? '') ? 200 : 404;
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const NOBODY = 'http://127.0.0.1:1';

test('a service without its health path is an error, an instance that does not answer a warning', async (t) => {
  const plan = aPlan({
    services: {
      auth: aService('auth', { url: [await serving(t, '/health/ready'), NOBODY] }),
      users: aService('users', { url: await serving(t), tables: [] }),
      jobs: aService('jobs', { url: await serving(t), health: null }),
    },
  });
  plan.monolith.url = await serving(t, '/health');
  const findings = await preflightInstances(resolvePlan(plan));
  assert.deepEqual(
    findings.map(({ where, code, severity }) => [where, code, severity]),
    [
      ['services.auth.url', 'no_answer', 'warning'],
      ['services.users.health', 'unhealthy', 'error'],
    ],
  );
  assert.match(
    findings[0]!.message,
    /^http:\/\/127\.0\.0\.1:1: GET \/health\/ready has no answer: ECONNREFUSED$/,
  );
  assert.match(findings[1]!.message, /GET \/health\/ready answers 404$/);
});
