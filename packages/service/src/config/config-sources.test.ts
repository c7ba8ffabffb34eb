import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Type } from 'typebox';
import { ConfigError, describeConfig, mergeConfig } from './config.ts';
import { loadConfig } from './config-sources.ts';

const schema = Type.Object({
  LOG_LEVEL: Type.String({ default: 'info' }),
  POOL_SIZE: Type.Integer({ minimum: 1, default: 10 }),
  GREETING: Type.String(),
  JWT_SECRET: Type.String({ minLength: 8 }),
  SALT: Type.Optional(Type.String({ secret: true })),
});
const secrets = { JWT_SECRET: 'long enough' };
const folder = mkdtempSync(join(tmpdir(), 'banyan-config-'));

/** A test double of the control plane's one endpoint; the real one is met in packages/banyan. */
let settings: unknown = [];
let status = 200;
const control = createServer((request, response) => {
  const known = request.headers.authorization === 'Bearer mine' && request.url === '/v1/config/users';
  response
    .writeHead(known ? status : 401, { 'content-type': 'application/json' })
    .end(JSON.stringify(settings));
  if (status === 503) status = 200;
});
let CONTROL_URL: string;

before(async () => {
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  CONTROL_URL = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
});
after(() => {
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

function aFile(text: string): string {
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, text);
  return path;
}

async function problems(env: Record<string, string>): Promise<ConfigError> {
  const error = await loadConfig(schema, 'users', { ...secrets, GREETING: 'x', ...env }).then(
    () => assert.fail('it was taken'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, String(error));
  return error;
}

describe('loadConfig', () => {
  it('takes the environment before the file, the file before the control plane, and that before defaults', async () => {
    settings = [
      { key: 'GREETING', value: 'of the control plane' },
      { key: 'LOG_LEVEL', value: 'warn' },
      { key: 'POOL_SIZE', value: '30' },
      { key: 'UNKNOWN_YET', value: 'x' },
    ];
    const CONFIG_FILE = aFile('{"GREETING":"of the file","POOL_SIZE":20,"JWT_SECRET":"of the file"}');
    const all = { CONFIG_FILE, CONTROL_URL, CONTROL_TOKEN: 'mine', GREETING: 'of the environment' };
    assert.deepEqual(await loadConfig(schema, 'users', all), {
      GREETING: 'of the environment',
      POOL_SIZE: 20,
      LOG_LEVEL: 'warn',
      JWT_SECRET: 'of the file',
    });
    const { GREETING: _greeting, ...rest } = all;
    assert.equal((await loadConfig(schema, 'users', rest)).GREETING, 'of the file');
    const { CONFIG_FILE: _file, ...without } = rest;
    assert.equal((await loadConfig(schema, 'users', { ...secrets, ...without })).POOL_SIZE, 30);
    assert.deepEqual(await loadConfig(schema, 'users', { ...secrets, GREETING: 'x' }), {
      ...secrets,
      GREETING: 'x',
      LOG_LEVEL: 'info',
      POOL_SIZE: 10,
    });
  });

  it('names variable, source and hint, and never a value', async () => {
    const CONFIG_FILE = aFile('{"POOL_SIZE":"hunter2","POOL_SZE":5}');
    const error = await problems({ CONFIG_FILE, JWT_SECRET: 'hunter2' });
    assert.deepEqual(error.variables.toSorted(), ['JWT_SECRET', 'POOL_SIZE', 'POOL_SZE']);
    assert.ok(error.message.includes(`POOL_SIZE (from the file, ${CONFIG_FILE})`), error.message);
    assert.match(error.message, /JWT_SECRET \(from the environment\).*\n {4}hint: /);
    assert.match(error.message, /POOL_SZE .* is not known\n {4}hint: correct its name/);
    assert.doesNotMatch(error.message, /hunter2/);
  });

  it('says what is wrong with a file without quoting it', async () => {
    assert.match((await problems({ CONFIG_FILE: join(folder, 'no') })).message, /cannot be read \(ENOENT\)/);
    const broken = await problems({ CONFIG_FILE: aFile('{"JWT_SECRET": "hunter2') });
    assert.match(broken.message, /is not JSON/);
    assert.doesNotMatch(broken.message, /hunter2/);
    assert.match((await problems({ CONFIG_FILE: aFile('[]') })).message, /no JSON object/);
  });

  it('takes no secret from the control plane, by name or by schema', async () => {
    settings = [
      { key: 'JWT_SECRET', value: 'hunter2hunter2' },
      { key: 'SALT', value: 'hunter2' },
    ];
    const env = { CONTROL_URL, CONTROL_TOKEN: 'mine', GREETING: 'x' };
    const error = await loadConfig(schema, 'users', env).catch((reason: unknown) => reason);
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(error.variables.toSorted(), ['JWT_SECRET', 'SALT']);
    assert.match(error.message, /is a secret, which must not be kept there/);
    assert.doesNotMatch(error.message, /hunter2/);
    settings = [];
  });

  it('says which token the control plane wants', async () => {
    const error = await problems({ CONTROL_URL, CONTROL_TOKEN: 'hunter2' });
    assert.match(error.message, /CONTROL_TOKEN .*\n {4}hint: .*banyan config token users/);
    assert.doesNotMatch(error.message, /hunter2/);
  });

  it('asks again when the control plane is not ready yet', async () => {
    status = 503;
    settings = [{ key: 'LOG_LEVEL', value: 'debug' }];
    const env = { ...secrets, GREETING: 'x', CONTROL_URL, CONTROL_TOKEN: 'mine' };
    assert.equal((await loadConfig(schema, 'users', env)).LOG_LEVEL, 'debug');
  });

  it('does not start on guesses when the control plane is away', async () => {
    const error = await problems({ CONTROL_URL: 'http://127.0.0.1:1', CONTROL_TOKEN: 'mine' });
    assert.match(
      error.message,
      /CONTROL_URL names .* gave no configuration .*ECONNREFUSED.*\n {4}hint: start/,
    );
  });
});

describe('a configuration that is logged', () => {
  it('shows no secret', () => {
    const config = mergeConfig(schema, [
      { kind: 'environment', values: { ...secrets, GREETING: 'x', SALT: 'hunter2' } },
    ]);
    assert.deepEqual(describeConfig(schema, config), {
      LOG_LEVEL: 'info',
      POOL_SIZE: 10,
      GREETING: 'x',
      JWT_SECRET: '[secret]',
      SALT: '[secret]',
    });
  });
});
