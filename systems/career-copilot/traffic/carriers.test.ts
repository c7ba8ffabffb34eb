import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Stage } from '@banyan/banyan/operate';
import type { AuditReader } from './audit.ts';
import { carriers, type Whereabouts } from './carriers.ts';

const reader = (name: string) =>
  Object.fromEntries(
    ['headlines', 'accounts', 'passwordHashes', 'refreshTokens'].map((what) => [what, `${name} ${what}`]),
  ) as unknown as AuditReader;

const at = (stage: Stage, target = stage) => ({ stage, target: { stage: target } });

function lookedFor(auth: Whereabouts, users: Whereabouts) {
  const on = { monolith: reader('monolith'), services: reader('services') };
  return carriers({ auth, users }, on).map(({ accounts, headlines }) => `${accounts}, ${headlines}`);
}

it('looks for writes on both sides while rows flow, and for what is retired on the service alone', () => {
  assert.deepEqual(lookedFor(at('migrated'), at('retired')), [
    'services accounts, services headlines',
    'monolith accounts, services headlines',
  ]);
  assert.deepEqual(lookedFor(at('migrated'), at('canary')), [
    'services accounts, services headlines',
    'monolith accounts, monolith headlines',
  ]);
});

it('looks on the monolith for what a service that went back does not carry', () => {
  const onMonolith = 'monolith accounts, monolith headlines';
  assert.deepEqual(lookedFor(at('monolith'), at('copying')), [onMonolith, onMonolith]);
  assert.deepEqual(lookedFor(at('canary', 'monolith'), at('shadowing', 'monolith')), [
    onMonolith,
    onMonolith,
  ]);
  assert.deepEqual(lookedFor(at('migrated'), at('monolith')), [
    'services accounts, monolith headlines',
    onMonolith,
  ]);
});
