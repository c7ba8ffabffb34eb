import { TRACKING } from '../../systems/career-copilot/api/tracking.ts';
import { startGatewayDouble } from '../../systems/career-copilot/kit/testing/gateway.ts';
import { applications } from '../../systems/career-copilot/services/applications/main.ts';
import { percentile } from '../percentile.ts';
import type { Phase } from './phase.ts';

const APPLICATIONS = 2_000;
/** Other people have as many altogether as a database of this size has. */
const OTHERS = 20_000;
const USER = 7;
const WARM_UP = 20;

/** What a diligent user sees of her own applications. */
export const run: Phase = async ({ createDatabase, queries }) => {
  const gateway = await startGatewayDouble();
  const service = await applications.start({
    DATABASE_URL: await createDatabase('applications'),
    BUS_URL: await createDatabase('applications_bus'),
    API_URL: gateway.url,
    LOG_LEVEL: 'silent',
    ENCRYPTION_KEYS: Buffer.alloc(32, 1).toString('base64url'),
  });
  try {
    await service.pool.query(
      `WITH made AS (
         INSERT INTO applications (user_id, job_id, status, applied_at, created_at)
         SELECT CASE WHEN i <= $2 THEN $1::integer ELSE 1000 + i % 1000 END, i,
           (ARRAY['saved', 'applied', 'screening', 'interview', 'offer', 'rejected'])[1 + i % 6],
           now() - i % 2000 * interval '2 hours', now() - i % 2000 * interval '3 hours'
         FROM generate_series(1, $2::integer + $3::integer) AS i RETURNING id, status, created_at)
       INSERT INTO application_timeline (application_id, from_status, to_status, created_at)
       SELECT id, NULL, 'applied', created_at FROM made
       UNION ALL SELECT id, 'applied', status, created_at + interval '1 hour' FROM made WHERE status NOT IN ('saved', 'applied')`,
      [USER, APPLICATIONS, OTHERS],
    );
    await service.pool.query('VACUUM ANALYZE applications, application_timeline');
    const took: number[] = [];
    for (let asked = -WARM_UP; asked < queries; asked++) {
      // A new token for each, since it is good for a minute.
      const headers = { authorization: `Bearer ${gateway.token(USER)}` };
      const begun = performance.now();
      const response = await fetch(`${service.url}${TRACKING}/statistics`, { headers });
      const body = await response.text();
      if (response.status !== 200) throw new Error(`statistics were answered ${response.status}: ${body}`);
      if (asked >= 0) took.push(performance.now() - begun);
    }
    return {
      results: [{ name: 'statistics p95 ms', value: percentile(took, 0.95), unit: 'ms' }],
      missing: [],
    };
  } finally {
    await service.close();
    gateway.close();
  }
};
