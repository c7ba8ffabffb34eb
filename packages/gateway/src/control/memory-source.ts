import type {
  ControlSource,
  FailedRequest,
  Fence,
  KeyQuestion,
  LookedUpKey,
  Mismatch,
  OutcomeBatch,
  RouteTable,
} from './route-table.ts';

type Row = Fence & { state: 'holding' | 'committed' | 'aborted'; openedAt: number; acks: number };

export type MemorySourceOptions = {
  /** Milliseconds of a lease; default: it never runs out. */
  leaseMs?: number;
  /** Answers `settle`; default: settled at once. */
  settle?: (waves: string[][], timeoutMs: number) => Promise<boolean>;
  /** Answers `lookup`; default: there are no such rows. */
  lookup?: (question: KeyQuestion) => Promise<LookedUpKey>;
};

/** A control source in this process's memory, for static configurations and tests; also plays the controller. */
export interface MemorySource extends ControlSource {
  readonly outcomes: OutcomeBatch[];
  readonly failures: FailedRequest[];
  readonly mismatches: Mismatch[];
  publish(table: RouteTable): void;
  openFence(fence: Omit<Fence, 'remainingMs'> & { limitMs: number }): void;
  acks(fenceId: string): number;
  /** Compare-and-set holding → committed together with the new table; false when it was aborted before. */
  commitFence(fenceId: string, table: RouteTable): boolean;
  /** While it is away every call rejects, as when the control database is down. */
  setAway(away: boolean): void;
}

export function memorySource(first: RouteTable, options: MemorySourceOptions = {}): MemorySource {
  let table = first;
  let away = false;
  const rows = new Map<string, Row>();
  const listeners = new Set<() => void>();
  const outcomes: OutcomeBatch[] = [];
  const failures: FailedRequest[] = [];
  const mismatches: Mismatch[] = [];
  const changed = () => {
    if (!away) for (const listener of listeners) listener();
  };
  const reachable = () => {
    if (away) throw new Error('the control database is away');
  };
  const rowOf = (id: string): Row => {
    const row = rows.get(id);
    if (!row) throw new Error(`no fence ${id}`);
    return row;
  };
  return {
    outcomes,
    failures,
    mismatches,
    async load() {
      reachable();
      const fences = [...rows.values()]
        .filter((row) => row.state === 'holding')
        .map(({ id, service, fromShare, toShare, remainingMs, openedAt }) => ({
          id,
          service,
          fromShare,
          toShare,
          remainingMs: remainingMs - (performance.now() - openedAt),
        }));
      return { table, fences };
    },
    async subscribe(onChange) {
      reachable();
      listeners.add(onChange);
    },
    async ackFence(fenceId) {
      reachable();
      rowOf(fenceId).acks++;
      changed();
    },
    async abortFence(fenceId) {
      reachable();
      const row = rowOf(fenceId);
      if (row.state === 'holding') {
        row.state = 'aborted';
        changed();
      }
      return row.state === 'committed' ? 'committed' : 'aborted';
    },
    async heartbeat() {
      reachable();
      return { leaseMs: options.leaseMs ?? Number.POSITIVE_INFINITY };
    },
    async settle(waves, timeoutMs) {
      reachable();
      return options.settle ? options.settle(waves, timeoutMs) : true;
    },
    async lookup(question) {
      reachable();
      return options.lookup ? options.lookup(question) : { state: 'none' };
    },
    async reportOutcomes(report) {
      outcomes.push(...report.outcomes);
      failures.push(...report.failures);
    },
    async storeMismatch(mismatch) {
      mismatches.push(mismatch);
    },
    pins: null,
    async close() {
      listeners.clear();
    },
    publish(next) {
      table = next;
      changed();
    },
    openFence({ limitMs, ...fence }) {
      rows.set(fence.id, {
        ...fence,
        remainingMs: limitMs,
        openedAt: performance.now(),
        state: 'holding',
        acks: 0,
      });
      changed();
    },
    acks: (fenceId) => rowOf(fenceId).acks,
    commitFence(fenceId, next) {
      const row = rowOf(fenceId);
      if (row.state !== 'holding') return false;
      row.state = 'committed';
      table = next;
      changed();
      return true;
    },
    setAway(value) {
      away = value;
      if (!value) changed();
    },
  };
}
