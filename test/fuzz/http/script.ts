import type { Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { below, chance } from './mutate.ts';

type Random = () => number;

/** How bytes go over a connection: in these pieces, with these pauses before them, and how it ends. */
export type Script = {
  pieces: Buffer[];
  /** Before each piece: 0 none, 1 a turn of the event loop, more: so many milliseconds. */
  pauses: number[];
  /** `wait`: leaves it open; `half`: ends its own direction; `reset`: breaks it. */
  end: 'wait' | 'half' | 'reset';
};

/** Cuts bytes at random points. */
export function scriptOf(random: Random, bytes: Buffer, ends: readonly Script['end'][]): Script {
  const cuts = chance(random, 0.4)
    ? []
    : Array.from({ length: 1 + below(random, 6) }, () => below(random, bytes.length));
  const pieces = piecesOf(bytes, cuts);
  const pauses = pieces.map(() => (chance(random, 0.5) ? 1 : below(random, 6)));
  return { pieces, pauses, end: ends[below(random, ends.length)]! };
}

export function bytesOf(script: Script): Buffer {
  return Buffer.concat(script.pieces);
}

/** Plays a script; stops early when the other end is gone. */
export async function play(script: Script, socket: Socket): Promise<void> {
  for (const [index, piece] of script.pieces.entries()) {
    const pause = script.pauses[index] ?? 0;
    if (pause === 1) await setImmediate();
    else if (pause > 1) await setTimeout(pause);
    if (socket.destroyed || !socket.writable) return;
    socket.write(piece);
  }
  if (script.end === 'half') socket.end();
  if (script.end === 'reset') socket.resetAndDestroy();
}

/** The same script in smaller: in one piece, with fewer bytes. */
export function smallerScripts(script: Script): Script[] {
  const bytes = bytesOf(script);
  const smaller: Script[] = [];
  if (script.pieces.length > 1) smaller.push({ ...script, pieces: [bytes], pauses: [0] });
  if (script.end !== 'wait') smaller.push({ ...script, end: 'wait' });
  for (const size of [bytes.length >> 1, bytes.length >> 2, bytes.length >> 3, bytes.length >> 4]) {
    if (size < 4) continue;
    for (let at = 0; at < bytes.length; at += size) {
      const rest = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
      smaller.push({ ...script, pieces: [rest], pauses: [0] });
    }
  }
  return smaller;
}

function piecesOf(bytes: Buffer, cuts: number[]): Buffer[] {
  const points = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  return points
    .slice(1)
    .map((end, index) => bytes.subarray(points[index], end))
    .filter((piece) => piece.length > 0);
}
