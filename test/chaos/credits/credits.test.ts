import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { it } from 'node:test';
import { scratchFolder } from '@banyan/postgres/scratch-server';
import { runCredits } from './run.ts';

/** The short version of what `npm run chaos -- --system skillswap` does with credits. */
it('charges nobody without credits, gives none without a charge and holds none for ever while processes and providers fail', {
  timeout: 300_000,
}, async () => {
  const directory = scratchFolder('banyan-credits-');
  const { problems, kills, figures } = await runCredits({ seed: 1, directory, chaosMs: 8_000 });
  assert.deepEqual(problems, []);
  assert.ok(kills.length > 0, 'nothing was killed');
  assert.ok(figures.paid! > 0 && figures.sessions! > 0, JSON.stringify(figures));
  rmSync(directory, { recursive: true, force: true });
});
