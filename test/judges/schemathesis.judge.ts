import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { type GatewayDouble, startGatewayDouble } from '../../systems/career-copilot/kit/testing/gateway.ts';
import { type Services, startServices } from '../../systems/career-copilot/kit/testing/services.ts';
import { system } from '../../systems/career-copilot/system.ts';
import { findProgram, schemathesis } from './programs.ts';

/**
 * Whatever schemathesis makes of a service's OpenAPI: no answer of 5xx but for 503, none with a status, a type or a body that the document
 * does not name. The inputs are the same each time.
 */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];
/** What a service says whose neighbours, here a double of the gateway, do not answer as they must. */
const SETTINGS =
  'hooks = "hooks.py"\n[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", "503"]\n';
/** It knows how to send text, and not that a mail is one. */
const HOOKS = 'import schemathesis\n\nschemathesis.serializer.alias("message/rfc822", "text/plain")\n';
/** For each operation. More: SCHEMATHESIS_EXAMPLES. */
const EXAMPLES = process.env.SCHEMATHESIS_EXAMPLES ?? '30';

let gateway: GatewayDouble;
let services: Services;
let stop = async () => {};
let administrator: number;
const directory = mkdtempSync(join(tmpdir(), 'schemathesis-'));
const settings = join(directory, 'schemathesis.toml');

before(async () => {
  writeFileSync(settings, SETTINGS);
  writeFileSync(join(directory, 'hooks.py'), HOOKS);
  gateway = await startGatewayDouble();
  ({ services, stop } = await startServices(await testServer(), { gatewayUrl: gateway.url }));
  const { rows } = await services.auth.pool.query<{ id: number }>(
    `INSERT INTO accounts (email, password_hash, display_name, role) VALUES ('root@example.com', '-', 'Root', 'admin') RETURNING id`,
  );
  administrator = rows[0]!.id;
});
after(async () => {
  await stop();
  gateway?.close();
  rmSync(directory, { recursive: true, force: true });
});

for (const name of system.services)
  test(`${name} answers whatever it is asked as its OpenAPI says`, async () => {
    const { code, output } = await run([
      ...['--config-file', settings, 'run'],
      `${services[name].url}/openapi.json`,
      ...['--checks', CHECKS.join(',')],
      ...['--max-examples', EXAMPLES],
      ...['--seed', '1'],
      ...['--header', `Authorization: Bearer ${gateway.token(administrator, 'admin')}`],
      // Who deletes the account that asks leaves nothing to ask of.
      ...['--exclude-method', 'DELETE'],
      ...['--generation-database', 'none', '--continue-on-failure', '--no-color'],
    ]);
    assert.equal(code, 0, output.slice(-20_000));
  });

function run(args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(findProgram(schemathesis)!, args, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    child.once('error', reject).once('close', (code) => resolve({ code, output }));
  });
}
