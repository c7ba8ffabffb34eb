import { Agent, request } from 'undici';
import type { KeyQuestion, LookedUpKey } from './route-table.ts';

/** Asks the applier whose a row is: POST `/v1/lookup`, bearer token, answered by `{state, key?}`. */
export class KeyLookupClient {
  readonly #url: string;
  readonly #token: string;
  readonly #agent = new Agent({ connections: 16, pipelining: 1 });

  constructor(url: string, token: string) {
    this.#url = `${url.replace(/\/$/, '')}/v1/lookup`;
    this.#token = token;
  }

  /** Rejects when the applier does not answer in time, or not as agreed. */
  async ask(question: KeyQuestion, timeoutMs: number): Promise<LookedUpKey> {
    const { statusCode, body } = await request(this.#url, {
      method: 'POST',
      dispatcher: this.#agent,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = (await body.json()) as { state?: unknown; key?: unknown };
    if (statusCode !== 200) throw new Error(`lookup: the applier answered ${statusCode}`);
    if (answer.state === 'found' && typeof answer.key === 'string')
      return { state: 'found', key: answer.key };
    if (answer.state === 'none' || answer.state === 'unclear') return { state: answer.state };
    throw new Error('lookup: the applier answered something else');
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
