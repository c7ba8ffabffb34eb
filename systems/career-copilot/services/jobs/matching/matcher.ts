import { horizon } from '@banyan/postgres';
import { asOfNow } from '@banyan/service';
import type pg from 'pg';
import type { Skills } from '../../../kit/skills/skills.ts';
import { PostingIndex } from './posting-index.ts';
import { traitsOf } from './traits.ts';
import * as store from './traits-store.ts';

/** Postings whose words are read at once: nobody else is answered meanwhile. */
const PART = 100;

/** Reads the words of postings, and holds the open ones in memory for whoever is to be matched with them. */
export type Matcher = {
  /** Reads what is to be read; resolves with how many there were. */
  readNew(): Promise<number>;
  /** The open postings as they are now: all that had changed when it was asked for is in it. */
  current(): Promise<PostingIndex>;
};

/** `most`: postings that are held in memory, the newest. */
export function createMatcher({
  pool,
  skills,
  most,
}: {
  pool: pg.Pool;
  skills: Skills;
  most: number;
}): Matcher {
  let index: PostingIndex | undefined;
  let since = '0';
  let reading = Promise.resolve(0);

  async function read(): Promise<number> {
    while ((await store.passOverClosed(pool, PART)) === PART);
    for (let count = 0; ; ) {
      const unread = await store.listUnread(pool, PART);
      if (unread.length === 0) return count;
      const traits = unread.map(({ job_id, changes, ...text }) => ({
        job_id,
        changes,
        ...traitsOf(text, skills),
      }));
      await store.writeTraits(pool, skills.version, traits);
      count += unread.length;
    }
  }

  async function load(): Promise<PostingIndex> {
    await readNew();
    // What changes while it is loaded comes again when it follows.
    const next = await horizon(pool);
    const loaded = new PostingIndex(most);
    for await (const postings of store.listOpen(pool, most))
      for (const posting of postings) loaded.put(posting);
    since = next;
    return loaded;
  }

  async function catchUp(): Promise<PostingIndex> {
    index ??= await load();
    for (;;) {
      const { postings, isUnread, next } = await store.follow(pool, since);
      for (const posting of postings) {
        if ('gone' in posting) index.remove(posting.id);
        else index.put(posting);
      }
      since = next;
      if (!isUnread) return index;
      await readNew();
    }
  }

  function readNew(): Promise<number> {
    reading = reading.catch(() => 0).then(read);
    return reading;
  }

  return { readNew, current: asOfNow(catchUp) };
}
