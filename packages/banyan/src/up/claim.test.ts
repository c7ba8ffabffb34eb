import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { claimFolder } from './claim.ts';

const folder = mkdtempSync(join(tmpdir(), 'banyan claim '));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Asked to end it only says so; it ends when its stdin does. */
const STUBBORN = `
process.on('SIGTERM', () => console.log('asked'));
process.stdin.on('end', () => process.exit(0)).resume();
console.log('runs');`;

async function aStubbornProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', STUBBORN], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return child;
}

test('what a killed run has left has its own time to end: a gateway with requests in flight is not killed when a controller is', {
  timeout: 240_000,
}, async () => {
  const [gateway, controller] = [await aStubbornProcess(), await aStubbornProcess()];
  const killed = await claimFolder(folder, () => {});
  killed.note({ gateway: gateway.pid!, controller: controller.pid! });
  const asked = once(gateway.stdout!, 'data');
  const gatewayEnded = once(gateway, 'exit');
  const controllerEnded = once(controller, 'exit');
  // The claim of a process that lives cannot be taken over; its folder can be left without forgetting its children.
  rmSync(join(folder, '.banyan', 'up', 'owner'));

  const next = claimFolder(folder, () => {}, { gateway: 600_000, controller: 1, applier: 1 });
  await asked;
  assert.deepEqual(await controllerEnded, [null, 'SIGKILL']);
  gateway.stdin!.end(); // its last request is answered
  assert.deepEqual(await gatewayEnded, [0, null]);
  (await next).release();
});
