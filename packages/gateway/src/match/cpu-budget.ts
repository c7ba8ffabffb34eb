import { createContext, Script } from 'node:vm';

/** What the limited script calls. */
const context = createContext({ work: (): unknown => null });
const script = new Script('work()');

/**
 * Runs synchronous work and stops it, even inside a regular expression, when it has taken so much CPU; then returns null.
 * The watchdog knows the wall clock only, so on a busy machine what was stopped without its share of CPU is begun again.
 */
export function withCpuBudget<T>(budgetMs: number, work: () => T): T | null {
  for (let tries = 0; tries < 3; tries++) {
    const before = process.threadCpuUsage();
    try {
      context.work = work;
      return script.runInContext(context, { timeout: budgetMs }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    }
    const { user, system } = process.threadCpuUsage(before);
    if ((user + system) / 1_000 > budgetMs / 2) break;
  }
  return null;
}
