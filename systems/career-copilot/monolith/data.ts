import { legacyToken, type SystemData } from '@banyan/harness';
import { LEGACY_ISSUER } from '../kit/tokens.ts';
import { connect } from './database.ts';
import { generate, isActive } from './generate.ts';
import { addVisitor } from './generator/visitor.ts';

/**
 * bcrypt's cost of all passwords of a run. Eight hashes a second at cost 10 would take half a core of what a run is about,
 * and even at 8 (14 ms alone, 30 here) they would be most of the slowest twentieth of all requests.
 */
export const BCRYPT_COST = 6;

/**
 * What the generator makes for 20,000 users; fewer users have fewer of each. One application each, with its notes, timeline and
 * documents: some 150,000 rows in all that the third service takes, which is 40 s of copying at a pace that users do not notice.
 */
const FULL = { users: 20_000, companies: 2_000, jobs: 8_000, applications: 20_000 };

export default {
  async fill(database, { users, seed }) {
    const part = (full: number) => Math.max(10, Math.round((full * users) / FULL.users));
    const pool = connect(database);
    try {
      const rows = await generate(pool, {
        users,
        companies: part(FULL.companies),
        jobs: part(FULL.jobs),
        applications: part(FULL.applications),
        seed,
        bcryptCost: BCRYPT_COST,
      });
      await addVisitor(pool, BCRYPT_COST);
      return rows;
    } finally {
      await pool.end();
    }
  },
  isActive,
  token: (id, secret) => legacyToken({ id, role: 'user', issuer: LEGACY_ISSUER }, secret),
} satisfies SystemData;
