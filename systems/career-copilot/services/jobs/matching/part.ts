import { readFile } from 'node:fs/promises';
import { applySchema } from '@banyan/postgres';
import { repeatedWork, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { Skills } from '../../../kit/skills/skills.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { forgetOldMatches } from './matches-store.ts';
import { forgetOtherTaxonomies } from './traits-store.ts';
import { learnDaily } from './weights.ts';

const MatchingConfig = Type.Object({
  /** Open postings that are held in memory to be matched, the newest of them: some 600 bytes each. */
  MATCH_MOST_POSTINGS: Type.Integer({ minimum: 1, maximum: 5_000_000, default: 200_000 }),
});

/** How long until it looks again whether there are postings to read, and old matches to forget or weights to learn, ms. */
const LOOK_MS = 2_000;
const TIDY_MS = 3_600_000;

/** Reads the words of postings as they come, whoever brings them; needs the part `skills`. */
export const matchingPart: ServicePart<Matcher, typeof MatchingConfig> = {
  config: MatchingConfig,
  async start(host) {
    const { config, pool, log, provided } = host;
    const skills = provided.skills as Skills;
    const sql = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
    await applySchema(pool, { name: 'matching', sql });
    await forgetOtherTaxonomies(pool, skills.version);
    const matcher = createMatcher({ pool, skills, most: config.MATCH_MOST_POSTINGS });
    const work = repeatedWork(host, {
      'read new postings': {
        everyMs: LOOK_MS,
        run: async () => {
          await matcher.readNew();
        },
      },
      'forget old matches': { everyMs: TIDY_MS, inOneProcess: true, run: () => forgetOldMatches(pool) },
      'learn weights of matches': {
        everyMs: TIDY_MS,
        run: async () => {
          const learned = await learnDaily(pool);
          if (learned) log.info(learned, 'learned weights of matches');
        },
      },
    });
    return { provided: matcher, ...work };
  },
};
