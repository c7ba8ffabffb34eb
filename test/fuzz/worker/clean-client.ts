import { Agent, get } from 'node:http';
import { setTimeout } from 'node:timers/promises';

export interface CleanClient {
  readonly answered: number;
  /** Answers that were wrong, or not there within the limit, since the last call. */
  complaints(): string[];
  stop(): Promise<void>;
}

/** Between an answer and the next request, ms. */
const PAUSE_MS = 15;

/**
 * A client that does nothing wrong, on a connection of its own, while others do their worst: each of its requests must
 * be answered with 200 within `limitMs`.
 */
export function startCleanClient(port: number, path: string, limitMs: number): CleanClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const complaints: string[] = [];
  let answered = 0;
  let stopped = false;
  const running = loop();
  return {
    get answered() {
      return answered;
    },
    complaints: () => complaints.splice(0),
    async stop() {
      stopped = true;
      agent.destroy();
      await running;
    },
  };

  async function loop(): Promise<void> {
    while (!stopped) {
      const problem = await ask();
      if (stopped) return;
      if (problem === null) answered++;
      else complaints.push(`a client that did nothing wrong: ${problem}`);
      await setTimeout(PAUSE_MS);
    }
  }

  function ask(): Promise<string | null> {
    return new Promise((resolve) => {
      const startedAt = performance.now();
      const request = get({ host: '127.0.0.1', port, path, agent, timeout: limitMs }, (response) => {
        response.resume();
        response.on('error', (error) => resolve(`the answer broke off: ${error.message}`));
        response.on('end', () =>
          resolve(response.statusCode === 200 ? null : `was told ${response.statusCode}`),
        );
      });
      request.on('timeout', () => {
        const waitedMs = Math.round(performance.now() - startedAt);
        request.destroy();
        resolve(`had no answer for ${waitedMs} ms`);
      });
      request.on('error', (error) => resolve(error.message));
    });
  }
}
