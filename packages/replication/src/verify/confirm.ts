import { type Lsn, parseLsn } from '@banyan/postgres';
import type { Key } from '../catalog/key-ranges.ts';
import type { Direction } from '../mapping/mapping.ts';
import type { ReadRow, TableReader } from './table-reader.ts';

export type Position = { direction: Direction; lsn: Lsn };

/** What a comparison says of a row, and the worst of them of a table. */
export type Verdict = 'CONSISTENT' | 'MISSING_IN_NEW' | 'MISSING_IN_LEGACY' | 'INCONSISTENT';

export type ConfirmedRow = { key: Key; outcome: Verdict | 'IN_FLIGHT' | 'GONE'; columns: string[] };

/** Looks at a row that keeps changing so often, then leaves it for the next run. */
const ROUNDS = 5;
const CHUNK = 500;

/**
 * Tells divergence from what is in flight: a row is divergent only if it still differs after everything that was in
 * the WAL when it was read has been applied, and neither side's row has changed between both looks.
 */
export async function confirm(
  legacy: TableReader,
  service: TableReader,
  candidates: Key[],
  options: { share: number; waitApplied: (position: Position) => Promise<void>; signal?: AbortSignal },
): Promise<ConfirmedRow[]> {
  const confirmed: ConfirmedRow[] = [];
  for (let from = 0; from < candidates.length; from += CHUNK) {
    let open = candidates.slice(from, from + CHUNK);
    let before = await look(legacy, service, open);
    for (let round = 0; open.length > 0; round++) {
      if (options.signal?.aborted) return confirmed;
      await waitForBoth(legacy, service, options);
      const after = await look(legacy, service, open);
      const left: Key[] = [];
      for (const key of open) {
        const id = JSON.stringify(key);
        const now = { left: after.left.get(id), right: after.right.get(id) };
        const stable =
          now.left?.version === before.left.get(id)?.version &&
          now.right?.version === before.right.get(id)?.version;
        const outcome = judge(now.left, now.right);
        if (outcome === 'CONSISTENT' || outcome === 'GONE' || stable)
          confirmed.push({ key, outcome, columns: columnsThatDiffer(legacy, now.left, now.right) });
        else if (round + 1 >= ROUNDS) confirmed.push({ key, outcome: 'IN_FLIGHT', columns: [] });
        else left.push(key);
      }
      open = left;
      before = after;
    }
  }
  return confirmed;
}

async function look(legacy: TableReader, service: TableReader, keys: Key[]) {
  const [left, right] = await Promise.all([legacy.rowsByKey(keys), service.rowsByKey(keys)]);
  return { left, right };
}

async function waitForBoth(
  legacy: TableReader,
  service: TableReader,
  options: { share: number; waitApplied: (position: Position) => Promise<void> },
): Promise<void> {
  const forward = parseLsn(await legacy.currentLsn());
  const reverse = options.share > 0 ? parseLsn(await service.currentLsn()) : undefined;
  await options.waitApplied({ direction: 'forward', lsn: forward });
  if (reverse !== undefined) await options.waitApplied({ direction: 'reverse', lsn: reverse });
}

function judge(left: ReadRow | undefined, right: ReadRow | undefined): Verdict | 'GONE' {
  if (!left && !right) return 'GONE';
  if (!right) return 'MISSING_IN_NEW';
  if (!left) return 'MISSING_IN_LEGACY';
  return left.hash === right.hash ? 'CONSISTENT' : 'INCONSISTENT';
}

function columnsThatDiffer(
  reader: TableReader,
  left: ReadRow | undefined,
  right: ReadRow | undefined,
): string[] {
  if (!left || !right) return [];
  return reader.columns.filter((_, index) => left.hashes[index] !== right.hashes[index]);
}
