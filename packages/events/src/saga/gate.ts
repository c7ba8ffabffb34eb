/**
 * Lets a process stop between two attempts, never inside one if it can be helped. Work that must not go on is parked: its
 * promise never settles, so that it records nothing, and the process that takes the saga over goes on from the records.
 */
export type Gate = {
  readonly closing: boolean;
  /** Runs `work` unless closing; then, and whenever `work` fails while closing, never settles. */
  pass<T>(work: () => Promise<T>): Promise<T>;
  /** Like `pass`, and `close` waits for it. */
  enter<T>(work: () => Promise<T>): Promise<T>;
  /** Waits in the midst of what was entered: never settles if closing, and `close` does not wait for it. */
  outside(wait: () => Promise<void>): Promise<void>;
  /** Resolves when nothing that was entered runs any more, or after `graceMs`. */
  close(graceMs: number): Promise<void>;
};

export function createGate(): Gate {
  let closing = false;
  let inside = 0;
  let emptied = () => {};
  const leave = () => {
    inside--;
    if (inside === 0) emptied();
  };
  const pass = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closing) return await never();
    try {
      return await work();
    } catch (error) {
      if (closing) return await never();
      throw error;
    }
  };
  return {
    get closing() {
      return closing;
    },
    pass,
    async enter(work) {
      return await pass(async () => {
        inside++;
        try {
          return await work();
        } finally {
          leave();
        }
      });
    },
    async outside(wait) {
      leave();
      if (closing) return await never();
      await wait();
      if (closing) return await never();
      inside++;
    },
    async close(graceMs) {
      closing = true;
      if (inside === 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        emptied = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    },
  };
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
