import { type Static, type TObject, Type } from 'typebox';
import { Value } from 'typebox/value';
import { isSecretName } from './setting.ts';

/** What every service reads from its environment besides its own variables. */
export const BaseConfig = Type.Object({
  DATABASE_URL: Type.String({ minLength: 1, secret: true }),
  /** 0 takes any free port. */
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 0 }),
  HOST: Type.String({ default: '127.0.0.1' }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  /** Database connections at most. */
  POOL_SIZE: Type.Integer({ minimum: 1, default: 10 }),
  /** Asking for a connection while all are in use fails after so long, instead of waiting for ever. */
  POOL_WAIT_SECONDS: Type.Number({ exclusiveMinimum: 0, default: 10 }),
  /** How long it goes on answering after it has said that it is not ready, so that callers have turned away. */
  DRAIN_SECONDS: Type.Number({ minimum: 0, default: 0 }),
  /** A process that was told to stop ends after so long in any case. */
  SHUTDOWN_SECONDS: Type.Number({ minimum: 0, default: 25 }),
});
export type BaseConfig = Static<typeof BaseConfig>;

/** Where a value comes from. */
export type ConfigSource = {
  kind: 'environment' | 'file' | 'control plane';
  values: Record<string, unknown>;
} & (
  | { kind: 'environment' }
  /** A path or a URL. */
  | { kind: 'file' | 'control plane'; where: string }
);

type ConfigProblem = { variable: string; message: string; hint: string; source?: ConfigSource };

/** Names every variable that is wrong, where it comes from and how to fix it; never its value: it may be a secret. */
export class ConfigError extends Error {
  readonly variables: string[];
  readonly problems: ConfigProblem[];

  constructor(problems: ConfigProblem[]) {
    super(['The configuration is not good:', ...problems.map(describeProblem)].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
    this.variables = problems.map(({ variable }) => variable);
  }
}

/**
 * Reads variables by a TypeBox object whose keys are their names: numbers and booleans are converted, defaults filled in,
 * variables that the schema does not name left out. An empty variable counts as none. Throws `ConfigError`.
 */
export function readConfig<T extends TObject>(schema: T, env: Record<string, string | undefined>): Static<T> {
  return mergeConfig(schema, [{ kind: 'environment', values: env }]);
}

/** As `readConfig`, from several sources, of which the first that names a variable counts. */
export function mergeConfig<T extends TObject>(schema: T, sources: readonly ConfigSource[]): Static<T> {
  const from = new Map<string, ConfigSource>();
  for (const source of sources) {
    for (const name of Object.keys(schema.properties)) {
      const value = Object.hasOwn(source.values, name) ? source.values[name] : undefined;
      if (value !== undefined && value !== '' && !from.has(name)) from.set(name, source);
    }
  }
  const problems = [
    ...sources.flatMap((source) => strangersIn(schema, source)),
    ...misplacedSecrets(schema, from),
  ];
  const named = Object.fromEntries([...from].map(([name, source]) => [name, source.values[name]]));
  const config = Value.Convert(schema, Value.Default(schema, named));
  if (Value.Check(schema, config) && problems.length === 0) return config;
  throw new ConfigError([...problems, ...mismatches(schema, config, from)]);
}

/** A configuration as it may be logged: what is marked `secret`, or is one by its name, is left out. */
export function describeConfig(schema: TObject, config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, isSecret(schema, name) ? '[secret]' : value]),
  );
}

function isSecret(schema: TObject, name: string): boolean {
  return (schema.properties[name] as { secret?: boolean } | undefined)?.secret === true || isSecretName(name);
}

/** In a file of our own a name that nobody knows is a slip. The environment is everybody's; the control plane may be ahead. */
function strangersIn(schema: TObject, source: ConfigSource): ConfigProblem[] {
  if (source.kind !== 'file') return [];
  return Object.keys(source.values)
    .filter((name) => !Object.hasOwn(schema.properties, name))
    .map((variable) => ({
      variable,
      source,
      message: 'is not known',
      hint: 'correct its name or take it away',
    }));
}

/** The control plane shows its settings to every operator. */
function misplacedSecrets(schema: TObject, from: ReadonlyMap<string, ConfigSource>): ConfigProblem[] {
  return [...from]
    .filter(([name, { kind }]) => kind === 'control plane' && isSecret(schema, name))
    .map(([variable, source]) => ({
      variable,
      source,
      message: 'is a secret, which must not be kept there',
      hint: 'unset it there, and set it in the environment or in the file that CONFIG_FILE names',
    }));
}

function mismatches(
  schema: TObject,
  config: unknown,
  from: ReadonlyMap<string, ConfigSource>,
): ConfigProblem[] {
  return [...Value.Errors(schema, config)].flatMap((error): ConfigProblem[] => {
    const missing = (error.params as { requiredProperties?: string[] }).requiredProperties;
    if (missing) {
      const hint = 'set it in the environment, in the file that CONFIG_FILE names, or in the control plane';
      return missing.map((variable) => ({ variable, message: 'is missing', hint }));
    }
    const variable = error.instancePath.split('/')[1] ?? '';
    return [{ variable, source: from.get(variable), message: error.message, hint: 'correct it there' }];
  });
}

function describeProblem({ variable, source, message, hint }: ConfigProblem): string {
  const where =
    source && (source.kind === 'environment' ? 'the environment' : `the ${source.kind}, ${source.where}`);
  return `  ${variable}${where ? ` (from ${where})` : ''} ${message}\n    hint: ${hint}`;
}
