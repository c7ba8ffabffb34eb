import { API } from '../../systems/career-copilot/api/common.ts';
import { createMonolith } from '../../systems/career-copilot/monolith/app.ts';
import data from '../../systems/career-copilot/monolith/data.ts';
import { connect, createTables } from '../../systems/career-copilot/monolith/database.ts';
import { percentile } from './percentile.ts';
import type { Phase } from './phase.ts';

const APPLICATIONS = 2_000;
/** The generator's people; the one who is asked about has all these applications. */
const USERS = 5_000;
const USER = 4;
const SEED = 3;
const JWT_SECRET = 'a-secret-of-the-benchmark-only-123';
const PATHS = ['/analytics/summary', '/analytics/funnel', '/analytics/weekly'];

/** What a diligent user sees of her own applications, which the monolith answers. */
export const run: Phase = async ({ createDatabase, queries }) => {
  const url = await createDatabase('monolith');
  const pool = connect(url);
  try {
    await createTables(pool);
    await data.fill(url, { users: USERS, seed: SEED });
    await pool.query(
      `WITH made AS (
         INSERT INTO applications (user_id, job_id, status, applied_at)
         SELECT $1, id, (ARRAY['saved', 'applied', 'screening', 'interview', 'offer', 'rejected'])[1 + id % 6], now() - id * interval '2 hours'
         FROM jobs ORDER BY id LIMIT $2 ON CONFLICT DO NOTHING RETURNING id, status)
       INSERT INTO application_timeline (application_id, from_status, to_status)
       SELECT id, NULL, 'applied' FROM made UNION ALL SELECT id, 'applied', status FROM made`,
      [USER, APPLICATIONS],
    );
    await pool.query('VACUUM ANALYZE');
    const app = await createMonolith(pool, {
      jwtSecret: JWT_SECRET,
      bcryptCost: 4,
      accessTokenSeconds: 3_600,
      refreshTokenDays: 1,
    });
    const origin = await app.listen({ port: 0, host: '127.0.0.1' });
    const headers = { authorization: `Bearer ${data.token(USER, JWT_SECRET)}` };
    try {
      const took: number[] = [];
      for (let asked = -PATHS.length; asked < queries; asked++) {
        const path = PATHS[(asked + PATHS.length) % PATHS.length]!;
        const begun = performance.now();
        const response = await fetch(`${origin}${API}${path}`, { headers });
        const body = await response.text();
        if (response.status !== 200) throw new Error(`${path} was answered ${response.status}: ${body}`);
        if (asked >= 0) took.push(performance.now() - begun);
      }
      return {
        results: [{ name: 'statistics p95 ms', value: percentile(took, 0.95), unit: 'ms' }],
        missing: [],
      };
    } finally {
      await app.close();
    }
  } finally {
    await pool.end();
  }
};
