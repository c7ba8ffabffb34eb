/**
 * A function that brings something up to date, for many who ask at once: it is run by one at a time, and all who ask while it is under way share
 * the run after that, since that one may have looked already. So all that was true when somebody asked is in what they get.
 */
export function asOfNow<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let waiting: Promise<T> | undefined;

  function begin(): Promise<T> {
    running = run().finally(() => {
      if (!waiting) running = undefined;
    });
    return running;
  }

  return () => {
    if (!running) return begin();
    waiting ??= running
      .catch(() => {})
      .then(() => {
        waiting = undefined;
        return begin();
      });
    return waiting;
  };
}
