import { Agent, request } from 'undici';

type Waiting = { resolve: (settled: boolean) => void; reject: (error: unknown) => void };
type Group = { waves: string[][]; timeoutMs: number; waiting: Waiting[] };

/**
 * Asks the applier whether links have passed what is committed now: POST `/v1/settle` with `{waves, timeoutMs}` and
 * a bearer token, answered by `{settled}`. Calls for the same waves that come together are asked once.
 */
export class ReplicationWaiter {
  readonly #url: string;
  readonly #token: string;
  readonly #agent = new Agent({ connections: 16, pipelining: 1 });
  readonly #groups = new Map<string, Group>();

  constructor(url: string, token: string) {
    this.#url = `${url.replace(/\/$/, '')}/v1/settle`;
    this.#token = token;
  }

  /** False on timeout. Rejects when the applier does not answer. */
  settle(waves: string[][], timeoutMs: number): Promise<boolean> {
    const id = JSON.stringify(waves);
    return new Promise((resolve, reject) => {
      const group = this.#groups.get(id);
      if (group) {
        group.waiting.push({ resolve, reject });
        group.timeoutMs = Math.max(group.timeoutMs, timeoutMs);
        return;
      }
      this.#groups.set(id, { waves, timeoutMs, waiting: [{ resolve, reject }] });
      // Everyone in the group has committed before the question leaves, so one answer is good for all. It leaves once all
      // answers that have come are read: a timer would take longer than most of what it waits for.
      setImmediate(() => this.#ask(id));
    });
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #ask(id: string): Promise<void> {
    const { waves, timeoutMs, waiting } = this.#groups.get(id)!;
    this.#groups.delete(id);
    try {
      const { statusCode, body } = await request(this.#url, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
        body: JSON.stringify({ waves, timeoutMs }),
        headersTimeout: timeoutMs + 1_000,
        bodyTimeout: timeoutMs + 1_000,
      });
      const answer = (await body.json()) as { settled?: unknown };
      if (statusCode !== 200) throw new Error(`settle: the applier answered ${statusCode}`);
      for (const { resolve } of waiting) resolve(answer.settled === true);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
