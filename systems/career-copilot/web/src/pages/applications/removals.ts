/** What is going to be removed unless somebody undoes it: whatever page is open meanwhile. */
export function createRemovals() {
  let ids: ReadonlySet<number> = new Set();
  const listeners = new Set<() => void>();
  const become = (next: Iterable<number>) => {
    ids = new Set(next);
    for (const listener of [...listeners]) listener();
  };
  return {
    ids: () => ids,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    begin: (id: number) => become([...ids, id]),
    end: (id: number) => become([...ids].filter((one) => one !== id)),
  };
}
