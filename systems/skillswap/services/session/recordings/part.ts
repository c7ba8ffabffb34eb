import { type Queryable, withTransaction } from '@banyan/postgres';
import {
  createSignatures,
  EncryptionConfig,
  type ExpiringLinks,
  expiringLinks,
  type FileDrop,
  type FileStore,
  growingPauses,
  leasedQueue,
  pauseAfterAttempt,
  type ServicePart,
  takeIn,
} from '@banyan/service';
import { Type } from 'typebox';
import { isWriter } from '../writer.ts';
import * as store from './store.ts';

const GIB = 2 ** 30;

const RecordingsConfig = Type.Object({
  ...EncryptionConfig.properties,
  /** So long a recording is kept, days; of those that are there already nothing changes. */
  RECORDING_DAYS: Type.Number({ minimum: 0, default: 90 }),
  /** One with more bytes is not kept. */
  RECORDING_BYTES: Type.Integer({ minimum: 1, maximum: 5 * GIB, default: 2 * GIB }),
  /** How long taking one in may last, s. */
  RECORDING_SECONDS: Type.Number({ minimum: 0.01, default: 600 }),
  /** How long until a process looks again whether something is to be done with a recording, ms. */
  RECORDINGS_LOOK_MS: Type.Integer({ minimum: 10, default: 5_000 }),
});

export type Recordings = {
  files: FileStore;
  links: ExpiringLinks;
  keptDays: number;
  /** Something is to be done with one. */
  wake(): void;
};

/** Does what is due, which may be done again, and resolves with what is written down of it. */
type Step = (row: store.RecordingToDo, signal: AbortSignal) => Promise<Change>;
type Change = (tx: Queryable, row: store.RecordingToDo) => Promise<void>;

const becomes =
  (to: store.RecordingState, { isDone = true } = {}): Change =>
  async (tx, { id, state: from }) =>
    await store.setState(tx, id, { from, to, isDone });

/** Each is read twice and written once. */
const MOST_AT_ONCE = 2;
/** Longer than taking one in may last, so that nobody else takes the same one in: what a killed process had in hand waits so much longer. */
const LEASE_BEYOND_MS = 60_000;
const LONGEST_PAUSE_MS = 300_000;
const PAUSES = {
  pausesMs: growingPauses({ count: 20, firstMs: 1_000, factor: 2, longestMs: LONGEST_PAUSE_MS }),
  jitter: 0.2,
};
/** What has not come a day after it was told of will not. */
const LOST_AFTER_MS = 86_400_000;

/**
 * Takes recordings from where their recorder puts them into the archive, and removes them from both when it is time. Each step can be done again,
 * and each is on record before the next one: whatever is killed, each recording ends in the archive alone, once, or nowhere.
 */
export const archivingRecordings: ServicePart<Recordings, typeof RecordingsConfig> = {
  config: RecordingsConfig,
  async start(host) {
    const { pool, config, log } = host;
    const { recordingFiles: files, recordingDrop: drop } = host.provided as {
      recordingFiles: FileStore;
      recordingDrop: FileDrop | undefined;
    };
    const mayLastMs = config.RECORDING_SECONDS * 1_000;
    const toDo = store.toDo(mayLastMs + LEASE_BEYOND_MS);

    const steps: Partial<Record<store.RecordingState, Step>> = {
      COMING: async ({ id, source, recordedAt }, signal) => {
        const limited = AbortSignal.any([signal, AbortSignal.timeout(mayLastMs)]);
        const mostBytes = config.RECORDING_BYTES;
        const taken = await takeIn({
          drop: theDrop(),
          from: source,
          files,
          as: id,
          mostBytes,
          signal: limited,
        });
        if (typeof taken === 'object') return async (tx) => await store.noteArchived(tx, id, taken);
        if (taken === 'missing' && Date.now() - recordedAt.getTime() < LOST_AFTER_MS)
          throw new Error('it is not where it was put');
        const to = taken === 'missing' ? 'LOST' : 'TOO_LARGE';
        log.error({ recording: id, state: to }, 'a recording is not kept');
        return becomes(to, { isDone: false });
      },
      ARCHIVED: removedFromDrop('KEPT'),
      TOO_LARGE: removedFromDrop('TOO_LARGE'),
      LOST: removedFromDrop('LOST'),
      KEPT: async ({ id }) => {
        await files.remove(id);
        return becomes('ERASED');
      },
      ERASING: async ({ id, source }) => {
        await theDrop().remove(source);
        await files.remove(id);
        return becomes('ERASED');
      },
    };

    const queue = leasedQueue(host, 'archive recordings', {
      most: MOST_AT_ONCE,
      everyMs: config.RECORDINGS_LOOK_MS,
      lease: async (most, inHand) => {
        // What is here is erased in its time whoever writes sessions: nobody else has it.
        const rows = drop && (await isWriter(pool)) ? toDo.all : toDo.exceptComing;
        return await rows.lease(pool, most, inHand);
      },
      handle: async (row, signal) => {
        const { id, state, attempt } = row;
        const change = await steps[state]!(row, signal).catch((err: unknown) => {
          log.warn({ err, recording: id, state, attempt }, 'a recording waits');
          return undefined;
        });
        const again = pauseAfterAttempt(PAUSES, { attempt, chance: Math.random() }) ?? LONGEST_PAUSE_MS;
        await withTransaction(pool, async (tx) => {
          if (await toDo.all.release(tx, row, change ? undefined : again)) await change?.(tx, row);
        });
      },
    });

    function removedFromDrop(to: store.RecordingState): Step {
      return async ({ source }) => {
        await theDrop().remove(source);
        return becomes(to);
      };
    }

    function theDrop(): FileDrop {
      if (!drop) throw new Error('RECORDING_DROP does not say where recordings are put');
      return drop;
    }

    return {
      provided: {
        files,
        links: expiringLinks(createSignatures(config.ENCRYPTION_KEYS, 'recording-link')),
        keptDays: config.RECORDING_DAYS,
        wake: queue.wake,
      },
      open: queue.open,
      close: queue.close,
    };
  },
};
