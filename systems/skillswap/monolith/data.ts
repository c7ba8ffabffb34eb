import { legacyToken, type SystemData } from '@banyan/harness';
import { LEGACY_ISSUER } from '../kit/tokens.ts';
import { connect } from './database.ts';
import { adminIds, generate, isActive, userId } from './generate.ts';

/** bcrypt's cost of all passwords of a run: at what a real one has, hashes would be most of what a run is about. */
export const BCRYPT_COST = 6;

/** What the generator makes for 20,000 users; fewer users have fewer of each, but for skills, of which there are as many as have names. */
const FULL = { users: 20_000, offered: 30_000, wanted: 20_000, sessions: 10_000, today: 1_800 };
const SKILLS = 400;

const ADMINS = new Set(adminIds());

export default {
  async fill(database, { users, seed }) {
    const part = (full: number) => Math.max(10, Math.round((full * users) / FULL.users));
    const pool = connect(database);
    try {
      return await generate(pool, {
        users,
        skills: SKILLS,
        offered: part(FULL.offered),
        wanted: part(FULL.wanted),
        sessions: part(FULL.sessions),
        today: part(FULL.today),
        seed,
        bcryptCost: BCRYPT_COST,
      });
    } finally {
      await pool.end();
    }
  },
  userId,
  isActive,
  token: (id, secret) =>
    legacyToken({ id, role: ADMINS.has(id) ? 'ADMIN' : 'USER', issuer: LEGACY_ISSUER }, secret),
} satisfies SystemData<string>;
