/** A variable that the plan reads and nobody has set. `stack` tells where it is read. */
export type MissingVariable = { name: string; stack: string };

/** While a plan is loaded: what it has asked for in vain, so that all of it can be told at once. */
let missing: MissingVariable[] | null = null;

/**
 * Reads an environment variable for the plan.
 *
 * @example database: env('AUTH_DATABASE_URL')
 * @throws when it is not set (or empty) and there is no fallback
 */
export function env(name: string, fallback?: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  if (fallback !== undefined) return fallback;
  const error = new Error(`the environment variable ${name} is not set`);
  if (missing === null) throw error;
  missing.push({ name, stack: error.stack ?? '' });
  return '';
}

/** Runs something in which `env` notes what is missing instead of throwing, and tells what that was. */
export async function collectMissing(run: () => Promise<void>): Promise<MissingVariable[]> {
  const outer = missing;
  const collected: MissingVariable[] = [];
  missing = collected;
  try {
    await run();
  } catch (error) {
    // Whatever else went wrong may well have come from a variable that was not there.
    if (collected.length === 0) throw error;
  } finally {
    missing = outer;
  }
  return collected;
}
