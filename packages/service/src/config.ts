import { type Static, type TObject, Type } from 'typebox';
import { Value } from 'typebox/value';

/** What every service reads from its environment besides its own variables. */
export const BaseConfig = Type.Object({
  DATABASE_URL: Type.String({ minLength: 1 }),
  /** 0 takes any free port. */
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 0 }),
  HOST: Type.String({ default: '127.0.0.1' }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  /** Database connections at most. */
  POOL_SIZE: Type.Integer({ minimum: 1, default: 10 }),
  /** How long it goes on answering after it has said that it is not ready, so that callers have turned away. */
  DRAIN_SECONDS: Type.Number({ minimum: 0, default: 0 }),
  /** A process that was told to stop ends after so long in any case. */
  SHUTDOWN_SECONDS: Type.Number({ minimum: 0, default: 25 }),
});
export type BaseConfig = Static<typeof BaseConfig>;

/** Names every variable that is wrong, never its value: it may be a secret. */
export class ConfigError extends Error {
  readonly variables: string[];

  constructor(problems: { variable: string; message: string }[]) {
    super(
      `The environment is not good:\n${problems.map(({ variable, message }) => `  ${variable} ${message}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.variables = problems.map(({ variable }) => variable);
  }
}

/**
 * Reads variables by a TypeBox object whose keys are their names: numbers and booleans are converted, defaults filled in,
 * variables that the schema does not name left out. Throws `ConfigError`.
 */
export function readConfig<T extends TObject>(schema: T, env: Record<string, string | undefined>): Static<T> {
  const named = Object.keys(schema.properties).flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const config = Value.Convert(schema, Value.Default(schema, Object.fromEntries(named)));
  if (Value.Check(schema, config)) return config;
  const problems = [...Value.Errors(schema, config)].flatMap((error) => {
    const missing = (error.params as { requiredProperties?: string[] }).requiredProperties;
    if (missing) return missing.map((variable) => ({ variable, message: 'is missing' }));
    return [{ variable: error.instancePath.slice(1), message: error.message }];
  });
  throw new ConfigError(problems);
}
