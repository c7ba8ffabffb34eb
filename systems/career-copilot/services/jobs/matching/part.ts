import { readFile } from 'node:fs/promises';
import { applySchema } from '@banyan/postgres';
import type { ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import { repeatedly } from '../../../kit/repeatedly.ts';
import type { Skills } from '../../../kit/skills/skills.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { forgetOldMatches } from './matches-store.ts';
import { forgetOtherTaxonomies } from './traits-store.ts';
import { learnDaily } from './weights.ts';

const MatchingConfig = Type.Object({
  /** Open postings that are held in memory to be matched, the newest of them: some 600 bytes each. */
  MATCH_MOST_POSTINGS: Type.Integer({ minimum: 1, maximum: 5_000_000, default: 200_000 }),
});

/** How long until it looks again whether there are postings to read, and old matches to forget and weights to learn, ms. */
const LOOK_MS = 2_000;
const TIDY_MS = 3_600_000;

/** Reads the words of postings as they come, whoever brings them; needs the part `skills`. */
export const matchingPart: ServicePart<Matcher, typeof MatchingConfig> = {
  config: MatchingConfig,
  async start({ config, pool, log, provided }) {
    const skills = provided.skills as Skills;
    const sql = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
    await applySchema(pool, { name: 'matching', sql });
    await forgetOtherTaxonomies(pool, skills.version);
    const matcher = createMatcher({ pool, skills, most: config.MATCH_MOST_POSTINGS });
    let tidyAt = 0;
    const work = async () => {
      await matcher.readNew();
      if (Date.now() < tidyAt) return false;
      tidyAt = Date.now() + TIDY_MS;
      await forgetOldMatches(pool);
      const learned = await learnDaily(pool);
      if (learned) log.info(learned, 'learned weights of matches');
      return false;
    };
    const repeated = repeatedly(work, { everyMs: LOOK_MS, log, failure: 'postings cannot be read' });
    return { provided: matcher, ...repeated };
  },
};
