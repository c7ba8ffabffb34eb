import {
  ConfigError,
  growingPauses,
  leasedQueue,
  pauseAfterAttempt,
  type ServicePart,
} from '@banyan/service';
import { type Static, Type } from 'typebox';
import { livekit } from './livekit.ts';
import { roomRows } from './store.ts';
import type { VideoRooms } from './video.ts';

const RoomsConfig = Type.Object({
  /** Where browsers connect to LiveKit: `wss://...`. Without it there are no rooms. */
  LIVEKIT_URL: Type.Optional(Type.String({ pattern: '^wss?://' })),
  /** Where its API is, if not at the same host. */
  LIVEKIT_API_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
  LIVEKIT_API_KEY: Type.String({ default: '' }),
  LIVEKIT_API_SECRET: Type.String({ default: '', secret: true }),
  /** The folder, of the storage that its recorder has, into which it puts recordings (RECORDING_DROP is the same for us); left out: nothing is recorded. */
  LIVEKIT_RECORDINGS: Type.Optional(Type.String({ minLength: 1 })),
  /** How long an answer of its is waited for, ms. */
  LIVEKIT_TIMEOUT_MS: Type.Integer({ minimum: 10, default: 5_000 }),
  /** How late a room may be closed, ms. */
  ROOMS_LOOK_MS: Type.Integer({ minimum: 10, default: 5_000 }),
});

const MOST_AT_ONCE = 4;
const PAUSES = {
  pausesMs: growingPauses({ count: 20, firstMs: 1_000, factor: 2, longestMs: 300_000 }),
  jitter: 0.2,
};

const NOWHERE = {
  variable: 'RECORDING_DROP',
  message: 'is missing: nobody would archive what is recorded',
  hint: 'where recordings are that are put into LIVEKIT_RECORDINGS: file:<folder> or s3://<bucket>/<prefix>',
};

/** The rooms in which people meet, undefined where there are none; closes those of sessions that are over. */
export const meeting: ServicePart<VideoRooms | undefined, typeof RoomsConfig> = {
  config: RoomsConfig,
  async start(host) {
    const rooms = roomsOf(host.config);
    if (!rooms) return { provided: undefined, close: async () => {} };
    if (rooms.isRecording && !host.provided.recordingDrop) throw new ConfigError([NOWHERE]);
    const queue = leasedQueue(host, 'close rooms', {
      most: MOST_AT_ONCE,
      everyMs: host.config.ROOMS_LOOK_MS,
      lease: (most, inHand) => roomRows.lease(host.pool, most, inHand),
      handle: async (room) => {
        const isClosed = await rooms.close(room.sessionId).then(
          () => true,
          (err: unknown) => {
            host.log.warn({ err, room: room.sessionId, attempt: room.attempt }, 'a room is not closed yet');
            return false;
          },
        );
        const again = pauseAfterAttempt(PAUSES, { attempt: room.attempt, chance: Math.random() });
        await roomRows.release(host.pool, room, isClosed ? null : (again ?? null));
      },
    });
    return { provided: rooms, open: queue.open, close: queue.close };
  },
};

function roomsOf(config: Static<typeof RoomsConfig>): VideoRooms | undefined {
  const { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = config;
  if (url === undefined) return undefined;
  return livekit({
    ...{ url, apiKey, apiSecret },
    apiUrl: config.LIVEKIT_API_URL ?? url.replace(/^ws/, 'http'),
    timeoutMs: config.LIVEKIT_TIMEOUT_MS,
    recordings: config.LIVEKIT_RECORDINGS,
  });
}
