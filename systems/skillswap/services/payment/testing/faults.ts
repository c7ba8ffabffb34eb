import type { IncomingMessage, ServerResponse } from 'node:http';

/** `down`: refused with 503, and nothing done. `lost`: done, and the answer never comes. `hang`: neither done nor answered. */
export type Fault = { how: 'down' | 'lost' | 'hang'; path: RegExp; times: number };

/** What goes wrong next at a double: in order, each so often. */
export class Faults {
  readonly #next: Fault[] = [];

  add(how: Fault['how'], path: RegExp, times = 1): void {
    this.#next.push({ how, path, times });
  }

  clear(): void {
    this.#next.length = 0;
  }

  /** Runs `answer`, or what goes wrong in its place. */
  async around(
    request: IncomingMessage,
    response: ServerResponse,
    answer: () => Promise<{ status: number; body: unknown }>,
  ): Promise<void> {
    const fault = this.#next.find(
      ({ path, times }) => times > 0 && path.test(`${request.method} ${request.url}`),
    );
    if (fault) fault.times--;
    const { status, body } =
      fault?.how === 'down' || fault?.how === 'hang'
        ? { status: 503, body: { error: { type: 'api_error', message: 'Down' } } }
        : await answer();
    if (fault?.how === 'lost') request.socket.destroy();
    else if (fault?.how !== 'hang')
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}
