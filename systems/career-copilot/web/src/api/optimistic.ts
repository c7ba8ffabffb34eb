import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { hashKey } from '@tanstack/react-query';

/** What a write is expected to make of something that was read; made by `expected`, which knows what that is. */
export type Change = {
  key: QueryKey;
  change: (data: never) => unknown;
};

/** A change that is shown before anybody has confirmed it. */
export type Shown = {
  /** It was confirmed: it stays, whatever becomes of others. */
  keep(): void;
  /** It was refused: what is shown is as if it had never been, with all others that are under way. */
  takeBack(): void;
};

/** What was read, and what is under way on top of it, in order. */
type Layers = {
  key: QueryKey;
  base: unknown;
  changes: { change: (data: never) => unknown; isKept: boolean }[];
};

/**
 * Shows changes before they are confirmed. Each is taken back by itself: another one of the same data that is under way stays, which a copy of
 * the data from before would undo. What has not been read yet is not changed.
 */
export function createOptimism(client: Pick<QueryClient, 'getQueryData' | 'setQueryData'>) {
  const layers = new Map<string, Layers>();

  const show = ({ key, base, changes }: Layers) => {
    client.setQueryData(
      key,
      changes.reduce((data, { change }) => change(data as never), base),
    );
  };

  return (changes: readonly Change[]): Shown => {
    const mine = changes.flatMap(({ key, change }) => {
      const hash = hashKey(key);
      const data = client.getQueryData(key);
      const layer = layers.get(hash) ?? (data === undefined ? undefined : { key, base: data, changes: [] });
      if (!layer) return [];
      const one = { change, isKept: false };
      layer.changes.push(one);
      layers.set(hash, layer);
      show(layer);
      return [{ hash, layer, one }];
    });
    const end = (isKept: boolean) => {
      for (const { hash, layer, one } of mine.splice(0)) {
        one.isKept = isKept;
        if (!isKept) layer.changes.splice(layer.changes.indexOf(one), 1);
        sink(layer);
        if (!isKept) show(layer);
        if (layer.changes.length === 0) layers.delete(hash);
      }
    };
    return { keep: () => end(true), takeBack: () => end(false) };
  };
}

/** What is confirmed becomes part of what was read, as soon as all before it is. */
function sink(layer: Layers): void {
  while (layer.changes[0]?.isKept) layer.base = layer.changes.shift()!.change(layer.base as never);
}
