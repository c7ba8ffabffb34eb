import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { jwtVerify, SignJWT } from 'jose';
import { KEY, livekitDoubleAt, SECRET } from './livekit-double-keys.ts';

/** In the storage of its recorder. */
const FOLDER = 'taught';

const secret = new TextEncoder().encode(SECRET);

/** LiveKit's server as far as rooms go: it refuses who is not let in, and forgets nobody who was. */
export class LiveKitDouble {
  /** Rooms that are open, as they were asked for. */
  readonly rooms = new Map<string, Record<string, unknown>>();
  /** Where its recorder puts recordings. */
  readonly drop: string;
  /** Answers 503 to so many requests more. */
  down = 0;
  readonly #server = createServer(async (request, response) => {
    if (request.url === '/health') return void response.writeHead(200).end();
    const body = JSON.parse(await text(request)) as Record<string, string>;
    const token = String(request.headers.authorization).replace('Bearer ', '');
    const video = (await jwtVerify(token, secret, { issuer: KEY }).catch(() => undefined))?.payload.video;
    const answer = (status: number, said: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    if (this.down > 0) {
      this.down--;
      return answer(503, { code: 'unavailable' });
    }
    if ((video as { roomCreate?: boolean } | undefined)?.roomCreate !== true)
      return answer(401, { code: 'unauthenticated' });
    if (request.url === '/twirp/livekit.RoomService/CreateRoom') {
      if (!this.rooms.has(body.name!)) this.rooms.set(body.name!, body);
      return answer(200, { sid: 'RM_1', name: body.name });
    }
    if (request.url !== '/twirp/livekit.RoomService/DeleteRoom') return answer(404, { code: 'bad_route' });
    return this.rooms.delete(body.room!) ? answer(200, {}) : answer(404, { code: 'not_found' });
  });

  constructor({ drop }: { drop: string }) {
    this.drop = drop;
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  /** What the service is told of it. */
  get env(): Record<string, string> {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return { ...livekitDoubleAt(url), LIVEKIT_RECORDINGS: FOLDER, RECORDING_DROP: `file:${this.drop}` };
  }

  /** Has recorded something in a room. Resolves with what it tells of it, when it lies there; without `content` nothing does. */
  async records(
    room: string,
    content?: Uint8Array,
    { at = 'T120000', seconds = 3_600 } = {},
  ): Promise<object> {
    const name = `${room}-2026-05-01${at}.mp4`;
    if (content) await writeFile(join(this.drop, name), content);
    const duration = String(BigInt(seconds) * 1_000_000_000n - 500_000n);
    const fileResults = [{ filename: `${FOLDER}/${name}`, duration, location: `/out/${FOLDER}/${name}` }];
    return { event: 'egress_ended', egressInfo: { roomName: room, status: 'EGRESS_COMPLETE', fileResults } };
  }

  /** Who is let in with a token at that moment, and where; undefined: nobody. */
  async admits(token: string, at: Date): Promise<{ room: string; identity: string } | undefined> {
    const good = await jwtVerify(token, secret, { issuer: KEY, currentDate: at }).catch(() => undefined);
    const video = good?.payload.video as { roomJoin?: boolean; room?: string } | undefined;
    return video?.roomJoin && video.room ? { room: video.room, identity: good!.payload.sub! } : undefined;
  }

  /** A message, and the header that it is sent with. */
  async tells(
    event: object,
    { by = secret }: { by?: Uint8Array } = {},
  ): Promise<[body: string, header: string]> {
    const body = JSON.stringify(event);
    const sha256 = createHash('sha256').update(body).digest('base64');
    const token = new SignJWT({ sha256 }).setProtectedHeader({ alg: 'HS256' }).setIssuer(KEY);
    return [body, await token.setExpirationTime('5m').sign(by)];
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

if (import.meta.main) await new LiveKitDouble({ drop: tmpdir() }).listen(Number(process.env.PORT ?? 0));
