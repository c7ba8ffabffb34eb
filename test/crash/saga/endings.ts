import type pg from 'pg';

/** Tells when sagas have ended, by looking for all of them at once. */
export function watchEndings(pool: pg.Pool): { of(id: string): Promise<string>; stop(): void } {
  const waiting = new Map<string, (state: string) => void>();
  let stopped = false;
  const look = async () => {
    while (!stopped) {
      const { rows } = await pool.query<{ id: string; state: string }>(
        `SELECT workflow_uuid AS id, (output::jsonb)->'json'->>'state' AS state
         FROM banyan_sagas.workflow_output WHERE workflow_uuid = ANY($1)`,
        [[...waiting.keys()]],
      );
      for (const { id, state } of rows) {
        waiting.get(id)?.(state);
        waiting.delete(id);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  look().catch((error) => {
    if (!stopped) throw error;
  });
  return {
    of: (id) => new Promise((resolve) => waiting.set(id, resolve)),
    stop() {
      stopped = true;
    },
  };
}
