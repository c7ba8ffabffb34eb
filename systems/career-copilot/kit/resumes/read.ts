import { storableText } from '@banyan/postgres';
import { inThread } from '@banyan/service';
import { RESUME_BYTES } from '../../api/bodies.ts';
import type { Skills } from '../skills/skills.ts';
import { ResumeError } from './errors.ts';
import type { Done, Task } from './extract-worker.ts';
import { understandJson } from './json-resume.ts';
import { isLinkedIn, readLinkedIn } from './linkedin.ts';
import { understand } from './understand.ts';
import type { Understood } from './understood.ts';

export type Kind = 'pdf' | 'docx' | 'json' | 'linkedin' | 'text';
export type ReadOptions = {
  skills: Skills;
  /** Bytes of a file at most. Default 5 MiB. */
  mostBytes?: number;
  /** Milliseconds that a file may take. Default 20,000. */
  timeLimitMs?: number;
};

const TIME_LIMIT_MS = 20_000;
const MOST_TEXT = 500_000;

/** Reads a résumé, whatever its name says it is. Throws nothing but `ResumeError`. */
export async function readResume(
  bytes: Uint8Array,
  { skills, mostBytes = RESUME_BYTES, timeLimitMs = TIME_LIMIT_MS }: ReadOptions,
): Promise<Understood & { kind: Kind }> {
  if (bytes.length > mostBytes) throw new ResumeError('TOO_LARGE');
  const kind = kindOf(bytes);
  if (kind === 'linkedin') return { kind, ...(await readLinkedIn(Buffer.from(bytes))) };
  if (kind === 'json') return { kind, ...understandJson(jsonIn(bytes)) };
  const text = kind === 'text' ? textIn(bytes)! : await extract({ kind, bytes }, timeLimitMs);
  if (text.trim() === '') throw new ResumeError('NO_TEXT');
  return { kind, ...understand(storableText(text, MOST_TEXT), skills) };
}

/** By what is in it. Throws `ResumeError`. */
export function kindOf(bytes: Uint8Array): Kind {
  const begin = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  if (begin.includes('%PDF-')) return 'pdf';
  if (begin.startsWith('PK\x03\x04')) {
    if (Buffer.from(bytes).includes('word/document.xml')) return 'docx';
    if (isLinkedIn(Buffer.from(bytes))) return 'linkedin';
    throw new ResumeError('UNKNOWN_KIND');
  }
  const text = textIn(bytes);
  if (text === undefined) throw new ResumeError('UNKNOWN_KIND');
  return text.trimStart().startsWith('{') ? 'json' : 'text';
}

/** As UTF-8, or as UTF-16 where its first bytes say so; undefined: neither, or nothing that a person wrote. */
function textIn(bytes: Uint8Array): string | undefined {
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = isWide ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textIn(bytes) ?? '');
  } catch (cause) {
    throw new ResumeError('UNREADABLE', { cause });
  }
}

async function extract(task: Task, timeLimitMs: number): Promise<string> {
  const own = { ...task, bytes: Uint8Array.from(task.bytes) };
  const end = await inThread<Done>(new URL('./extract-worker.ts', import.meta.url), own, { timeLimitMs });
  if (end.is !== 'done') throw new ResumeError(ENDED[end.is]);
  if ('code' in end.done) throw new ResumeError(end.done.code);
  return end.done.text;
}

const ENDED = { TOO_SLOW: 'TOO_SLOW', TOO_LARGE: 'TOO_LARGE_INSIDE', DIED: 'UNREADABLE' } as const;
