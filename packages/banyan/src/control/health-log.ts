import type { Logger } from 'pino';
import type { ServiceFacts } from './facts/facts.ts';

/** One line in the log when an instance becomes unwell, and one when it is well again. */
export class HealthLog {
  readonly #log: Logger;
  #before = new Map<string, object>();

  constructor(log: Logger) {
    this.#log = log;
  }

  tell(facts: readonly ServiceFacts[]): void {
    const now = new Map<string, object>();
    for (const { state, unwell } of facts)
      for (const { url, why } of unwell ?? [])
        now.set(`${state.service} ${url}`, { service: state.service, url, why });
    for (const [id, one] of now) if (!this.#before.has(id)) this.#log.warn(one, 'instance is unwell');
    for (const [id, one] of this.#before)
      if (!now.has(id)) this.#log.info({ ...one, why: undefined }, 'instance is well again');
    this.#before = now;
  }
}
