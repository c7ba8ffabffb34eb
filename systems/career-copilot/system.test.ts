import assert from 'node:assert/strict';
import { it } from 'node:test';
import { system } from './system.ts';

it('no service is told the secret by which the monolith signs', () => {
  const secret = 'the secret of the monolith';
  const urls = Object.fromEntries(system.services.map((name) => [name, `http://${name}`]));
  const toldTo = (process: string) =>
    Object.values(system.environment({ process, secret, gatewayUrl: 'http://gateway', urls }));
  assert.ok(toldTo('monolith').includes(secret));
  for (const name of system.services) assert.ok(!toldTo(name).includes(secret), name);
});
