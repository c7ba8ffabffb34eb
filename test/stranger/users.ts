import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a user thinks between two requests, ms. Two dozen of them then send up to 200 requests a second, some 3,000 in all. */
const THINK_MS = 120;

type Comment = { author: string; article: string; body: string };

/** What the users were told, and what the shop must therefore know at the end. */
export type Ledger = {
  /** By id; what was deleted, or went with its article, is not here any more. */
  comments: Map<number, Comment>;
  acknowledged: number;
  failures: string[];
};

/** Users who write all the time, each waiting for an answer before the next request. */
export class Users {
  readonly ledger: Ledger = { comments: new Map(), acknowledged: 0, failures: [] };
  /** Whether articles are deleted, and their comments with them. */
  deleting = true;
  #going = true;
  #running: Promise<void>[] = [];
  readonly #gateway: string;
  readonly #secret: string;

  constructor(gateway: string, secret: string) {
    this.#gateway = gateway;
    this.#secret = secret;
  }

  start(names: readonly string[]): void {
    this.#going = true;
    this.#running = names.map((name, number) => this.#live(name, number));
  }

  /** Resolves when every user has the answer to the last request. */
  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#running);
  }

  /** One life after another: an article, comments on it, changes, and away with some of it. */
  async #live(name: string, number: number): Promise<void> {
    const headers = {
      authorization: `Token ${signed(name, number, this.#secret)}`,
      'content-type': 'application/json',
    };
    const { comments } = this.ledger;
    for (let round = 1; this.#going; round++) {
      const slug = `${name}-${Date.now()}-${round}`;
      if (!(await this.#ask('POST', '/api/articles', headers, { slug }))) continue;
      const ids: number[] = [];
      for (let n = 1; n <= 3 && this.#going; n++) {
        const body = `${name} says ${n} on ${slug}`;
        const made = await this.#ask<{ id: number }>('POST', `/api/articles/${slug}/comments`, headers, {
          body,
        });
        if (!made) continue;
        ids.push(made.id);
        comments.set(made.id, { author: name, article: slug, body });
      }
      const [first, second] = ids;
      if (
        first &&
        (await this.#ask('PUT', `/api/comments/${first}`, headers, { body: `changed in ${slug}` }))
      )
        comments.get(first)!.body = `changed in ${slug}`;
      if (second && (await this.#ask('DELETE', `/api/comments/${second}`, headers))) comments.delete(second);
      await this.#ask('GET', '/api/me/comments', headers);
      if (!this.deleting || round % 2 !== 0) continue;
      if (await this.#ask('DELETE', `/api/articles/${slug}`, headers))
        for (const id of ids) comments.delete(id);
    }
  }

  /** The answer, or null when it was a failure, which is noted. */
  async #ask<T>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<T | null> {
    await pause(THINK_MS);
    try {
      const answer = await fetch(`${this.#gateway}${path}`, {
        method,
        headers,
        body: body && JSON.stringify(body),
      });
      const text = await answer.text();
      if (answer.ok) {
        this.ledger.acknowledged += 1;
        return JSON.parse(text) as T;
      }
      this.ledger.failures.push(`${method} ${path}: ${answer.status} ${text}`);
    } catch (error) {
      this.ledger.failures.push(`${method} ${path}: ${(error as Error).cause ?? error}`);
    }
    return null;
  }
}

/** A token as the shop's login would give it: the subject is a number, and the user name a claim of its own. */
function signed(username: string, number: number, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'shop', sub: String(number), username, exp })}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}
