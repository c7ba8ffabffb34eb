import type { Link } from '@banyan/replication';
import type { LoadedFacts } from './facts.ts';
import type { PastCopyHooks } from './runner.ts';

/** What a forward link does for the facts of its service before it streams. */
export type FactsHooks = {
  onPrepared: () => Promise<void>;
  onPastCopy?: (hooks: PastCopyHooks) => Promise<void>;
};

/**
 * An event-sourced service has the stream of each row of the copy before the link counts as streaming, so before any step: no
 * command is decided on an empty stream while there is a row.
 */
export function factsHooks(
  facts: LoadedFacts,
  link: Pick<Link, 'standing'>,
  wanted: { beginStreams: boolean },
): FactsHooks {
  const { beginStreams, saysExists } = facts;
  const onPrepared = async () => {
    await facts.prepare();
    // Also when the link was killed on its way: nothing is told before the copy is passed.
    if (!(await link.standing())?.pastCopy) await facts.forgetTold();
  };
  if (!wanted.beginStreams || !beginStreams || !saysExists) return { onPrepared };
  return {
    onPrepared,
    async onPastCopy({ onRows, onRest, pause, signal }) {
      await beginStreams({
        pause,
        signal,
        onProgress({ rows, total }) {
          onRows(rows);
          onRest(`begins the streams of the event store, ${rows} of ${total} rows looked at`);
        },
      });
    },
  };
}
