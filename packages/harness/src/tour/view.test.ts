import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ServiceStatus } from '@banyan/banyan/operate';
import { picture } from './view.ts';

const at = (service: string, stage: string, target = stage) =>
  ({
    ...{
      service,
      stage,
      share: stage === 'migrated' ? 10_000 : 0,
      paused: null,
      draining: false,
      message: '',
    },
    target: { stage: target, share: target === 'migrated' ? 10_000 : 0 },
    links: [{ link: `${service}.forward`, state: 'streaming', lagMs: 3, resting: null }],
  }) as unknown as ServiceStatus;

it('six services, what is moving of them, and what happened last fit a terminal of 80 columns and 24 rows', () => {
  const services = [
    ...['user', 'skill', 'notification'].map((name) => at(name, 'migrated')),
    ...['session', 'payment'].map((name) => at(name, 'shadowing', 'migrated')),
    at('analytics', 'monolith'),
  ];
  const figures = { requests: 1_000, failures: 0, inFlight: 1, stage: 'x', p50Ms: 1, p95Ms: 2, p99Ms: 3 };
  const events = Array.from(
    { length: 8 },
    (_, n) => `${n} s  something that takes very many words to be told of ${'…'.repeat(80)}`,
  );
  const shown = { kept: [], services, figures, events };
  const lines = picture('SkillSwap', ' 10 s  (about 8 min left)', shown, { columns: 80, rows: 24 }).split(
    '\n',
  );
  assert.ok(lines.length < 24, `${lines.length} lines`);
  assert.ok(lines.every((line) => line.length < 80));
  assert.match(lines[0]!, /SkillSwap.*about 8 min left/);
  assert.ok(lines.at(-1)!.startsWith('7 s'));
  assert.equal(lines.filter((line) => line.includes('lag 3 ms')).length, 2);
});
