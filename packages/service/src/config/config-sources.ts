import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Static, type TObject, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Agent } from 'undici';
import { ConfigError, type ConfigSource, mergeConfig } from './config.ts';

/** How long a start waits for the control plane, ms, and how long for one answer. */
const WAIT_MS = { all: 5_000, one: 2_000, pause: 200 };
const ANSWER_BYTES = 1_048_576;

const Settings = Compile(Type.Array(Type.Object({ key: Type.String(), value: Type.String() })));

/**
 * A service's configuration, where the first that names a variable counts: its environment; the JSON file that CONFIG_FILE
 * names; the control plane at CONTROL_URL, asked with CONTROL_TOKEN; the schema's defaults. A control plane that is named
 * but does not answer within 5 s is an error: nobody knows what it would have said. Throws `ConfigError`.
 */
export async function loadConfig<T extends TObject>(
  schema: T,
  service: string,
  env: Record<string, string | undefined>,
): Promise<Static<T>> {
  const sources: ConfigSource[] = [{ kind: 'environment', values: env }];
  if (env.CONFIG_FILE) sources.push(await readFileSource(env.CONFIG_FILE));
  if (env.CONTROL_URL) sources.push(await readControlSource(env.CONTROL_URL, env.CONTROL_TOKEN, service));
  return mergeConfig(schema, sources);
}

async function readFileSource(where: string): Promise<ConfigSource> {
  const bad = (message: string, hint: string) =>
    new ConfigError([{ variable: 'CONFIG_FILE', message, hint }]);
  let text: string;
  try {
    text = await readFile(where, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw bad(`names ${where}, which cannot be read (${code})`, 'create it, or unset CONFIG_FILE');
  }
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, in which there may be secrets.
    throw bad(`names ${where}, which is not JSON`, 'correct the file');
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw bad(`names ${where}, which is no JSON object`, 'write {"LOG_LEVEL": "info"} and the like');
  }
  return { kind: 'file', where, values: values as Record<string, unknown> };
}

async function readControlSource(
  url: string,
  token: string | undefined,
  service: string,
): Promise<ConfigSource> {
  if (!URL.canParse(url)) {
    throw new ConfigError([
      {
        variable: 'CONTROL_URL',
        message: 'is no URL',
        hint: 'write http://<host>:<port> of the control plane',
      },
    ]);
  }
  const where = new URL(url).origin;
  const values = await askControl(where, token, service);
  return { kind: 'control plane', where, values };
}

async function askControl(
  origin: string,
  token: string | undefined,
  service: string,
): Promise<Record<string, string>> {
  const agent = new Agent({ connections: 1, maxResponseSize: ANSWER_BYTES });
  const until = performance.now() + WAIT_MS.all;
  try {
    for (;;) {
      try {
        const answer = await agent.request({
          origin,
          path: `/v1/config/${encodeURIComponent(service)}`,
          method: 'GET',
          headers: token ? { authorization: `Bearer ${token}` } : {},
          signal: AbortSignal.timeout(WAIT_MS.one),
        });
        const text = await answer.body.text();
        if (answer.statusCode === 401 || answer.statusCode === 403) throw refused(service);
        if (answer.statusCode !== 200) throw new Error(`it answers ${answer.statusCode}`);
        const settings: unknown = JSON.parse(text);
        if (!Settings.Check(settings)) throw new Error('it does not answer like a control plane');
        return Object.fromEntries(settings.map(({ key, value }) => [key, value]));
      } catch (error) {
        if (error instanceof ConfigError) throw error;
        if (performance.now() + WAIT_MS.pause > until) throw silent(origin, error);
        await delay(WAIT_MS.pause);
      }
    }
  } finally {
    await agent.destroy();
  }
}

function refused(service: string): ConfigError {
  return new ConfigError([
    {
      variable: 'CONTROL_TOKEN',
      message: 'is missing, or not one that the control plane takes',
      hint: `set it to what \`banyan config token ${service}\` prints`,
    },
  ]);
}

function silent(origin: string, error: unknown): ConfigError {
  const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  return new ConfigError([
    {
      variable: 'CONTROL_URL',
      message: `names ${origin}, which gave no configuration within ${WAIT_MS.all / 1_000} s (${why})`,
      hint: 'start the control plane with `banyan up`, or unset CONTROL_URL',
    },
  ]);
}
