import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ControlClient, ServiceStatus, Target } from '@banyan/banyan/operate';
import { drive } from './drive.ts';

const STEPS = ['monolith', 'copying', 'shadowing', 'canary', 'migrated'] as const;

/** Whoever is asked how it is goes one step further first. */
function controlOf(groups: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const states = groups.map((names) => ({ names, at: 0, aim: 0, requests: 0 }));
  const stateOf = (service: string) => states.find(({ names }) => names.includes(service))!;
  const control = {
    status: async () => {
      for (const state of states) {
        if (state.at === state.aim && state.at === STEPS.length - 1) state.requests += 100;
        else {
          state.at += Math.sign(state.aim - state.at);
          state.requests = 0;
        }
      }
      const services = states.flatMap(({ names, at, aim, requests }) =>
        names.map((service) => ({
          ...{
            service,
            stage: STEPS[at],
            share: at < 3 ? 0 : 10_000,
            target: { stage: STEPS[aim] },
            paused: null,
          },
          ...{
            together: names.filter((one) => one !== service),
            evidence: { requests: { service: requests } },
          },
        })),
      );
      return { services: services as unknown as ServiceStatus[] };
    },
    advance: async (service: string, { stage }: Target) => {
      asked.push(`${service} to ${stage}`);
      stateOf(service).aim = STEPS.indexOf(stage as never);
    },
    rollback: async (service: string) => {
      const { at, requests } = stateOf(service);
      asked.push(`${service} back from ${STEPS[at]}, with ${requests > 0 ? '' : 'no '}requests`);
      stateOf(service).aim = 0;
    },
  };
  return { asked, control: control as unknown as ControlClient };
}

it('sends those that leave together as one, and has them back when they have all users and have been used', async () => {
  const { asked, control } = controlOf([['user'], ['skill'], ['session', 'payment']]);
  const services = ['user', 'payment', 'skill', 'session'];
  const driver = drive({ control, services, goesBack: 'user', chaosMs: 60_000, onEvent: () => {} });
  await driver.story;
  assert.deepEqual(asked, [
    'user to migrated',
    'user back from canary, with no requests',
    'user to migrated',
    'payment to migrated',
    'payment back from migrated, with requests',
    'payment to migrated',
    'skill to migrated',
  ]);
  const migrated = { stage: 'migrated', share: 10_000 };
  assert.deepEqual(driver.aims, Object.fromEntries(services.map((name) => [name, migrated])));
});
