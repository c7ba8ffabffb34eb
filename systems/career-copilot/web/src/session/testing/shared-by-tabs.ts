import type { SessionParts } from '../session.ts';

/** The lock and the channel that all tabs of one browser have in common. */
export class SharedByTabs {
  #last: Promise<unknown> = Promise.resolve();
  readonly #tabs: { receive(message: unknown): void }[] = [];

  forTab(): Pick<SessionParts, 'alone' | 'channel'> {
    const tab = { receive: (_message: unknown) => {} };
    this.#tabs.push(tab);
    return {
      alone: (work) => {
        const mine = this.#last.then(work, work);
        this.#last = mine.catch(() => {});
        return mine;
      },
      channel: {
        send: (message) => {
          for (const other of this.#tabs)
            if (other !== tab) setImmediate(() => other.receive(structuredClone(message)));
        },
        listen: (receive) => {
          tab.receive = receive;
        },
      },
    };
  }
}
