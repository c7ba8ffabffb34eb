/** Rooms of LiveKit by its server API (docs.livekit.io/reference/server/server-apis): Twirp over HTTP, tokens signed by HMAC. */
import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { request } from 'undici';
import { type RoomMessage, RoomsUnavailable, type VideoRooms } from './video.ts';

export type LiveKitOptions = {
  /** Where clients connect to: `wss://...`. */
  url: string;
  /** Where its API is: `https://...`. */
  apiUrl: string;
  apiKey: string;
  apiSecret: string;
  /** How long an answer is waited for, ms. */
  timeoutMs: number;
  /** Recordings are put into this folder of the storage that its recorder has; left out: nothing is recorded. */
  recordings?: string | undefined;
};

/** Without anybody in it a room is closed after so long, s. */
const EMPTY_SECONDS = 15 * 60;
const ADMIN_SECONDS = 60;
/** How far clocks may be apart, s. */
const LEEWAY_SECONDS = 60;

export function livekit(options: LiveKitOptions): VideoRooms {
  const { url, apiUrl, apiKey, apiSecret, timeoutMs, recordings } = options;
  const secret = new TextEncoder().encode(apiSecret);
  const signed = (video: Record<string, unknown>, until: Date, identity = '') =>
    new SignJWT({ video })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(apiKey)
      .setSubject(identity)
      .setNotBefore(new Date(Date.now() - LEEWAY_SECONDS * 1_000))
      .setExpirationTime(until)
      .sign(secret);

  /** Undefined: there is no such room. */
  async function call(method: string, body: unknown): Promise<unknown> {
    const token = await signed({ roomCreate: true }, new Date(Date.now() + ADMIN_SECONDS * 1_000));
    try {
      const answer = await request(`${apiUrl}/twirp/livekit.RoomService/${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const said = await answer.body.json();
      if (answer.statusCode === 404) return undefined;
      if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
      return said;
    } catch (cause) {
      throw new RoomsUnavailable(`LiveKit did not do ${method}`, { cause });
    }
  }

  return {
    url,
    isRecording: recordings !== undefined,
    open: async (room) => {
      // Beside a recording its recorder would write what it knows of it.
      const file = { file_type: 'MP4', filepath: `${recordings}/${room}-{time}.mp4`, disable_manifest: true };
      const made = await call('CreateRoom', {
        ...{ name: room, empty_timeout: EMPTY_SECONDS, departure_timeout: EMPTY_SECONDS },
        ...(recordings !== undefined
          ? // Who records takes a place too.
            { max_participants: 3, egress: { room: { room_name: room, file_outputs: [file] } } }
          : { max_participants: 2 }),
      });
      if (made === undefined) throw new RoomsUnavailable('LiveKit has no rooms');
    },
    pass: ({ room, identity, until }) => signed({ roomJoin: true, room }, until, identity),
    close: async (room) => void (await call('DeleteRoom', { room })),
    message: async (body, authorization = '') => {
      const token = authorization.replace(/^Bearer /, '');
      const rules = { issuer: apiKey, algorithms: ['HS256'], clockTolerance: LEEWAY_SECONDS };
      const good = await jwtVerify(token, secret, rules).catch(() => undefined);
      const digest = createHash('sha256').update(body).digest('base64');
      return good?.payload.sha256 === digest ? read(body) : undefined;
    },
  };
}

/** Of what is told, that a recording has ended: files of the room, called as they were to be. Times are nanoseconds, as text. */
function read(body: Buffer): RoomMessage {
  const { event, egressInfo } = JSON.parse(body.toString());
  const room = String(egressInfo?.roomName ?? '');
  const files: { filename?: string; duration?: string }[] =
    event === 'egress_ended' ? (egressInfo?.fileResults ?? []) : [];
  const recordings = files
    .map(({ filename = '', duration = '0' }) => ({
      source: filename.slice(filename.lastIndexOf('/') + 1),
      seconds: Math.round(Number(duration) / 1e9),
    }))
    .filter(({ source }) => source.startsWith(`${room}-`) && FILE.test(source));
  return { room, recordings };
}

const FILE = /^[\w-]+\.mp4$/;
