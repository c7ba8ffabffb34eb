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
  throw new Error(
    `the environment variable ${name} is not set; set it, or give env('${name}', ...) a fallback`,
  );
}
