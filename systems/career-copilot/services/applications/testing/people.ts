import type pg from 'pg';
import { TRACKING } from '../../../api/tracking.ts';
import type { Json } from '../../../kit/testing/request.ts';
import { ADA, type StartedApplications } from './start.ts';

export const pdf = (text: string): Buffer => Buffer.from(`%PDF-1.7\n${text}\n%%EOF\n`);

type Upload = { as?: number; name?: string; kind?: string; type?: string };

/** What people do at a service that was started: apply, and upload. */
export function peopleOf(started: StartedApplications) {
  const { legacy, tracking, service, gateway } = started;

  const apply = async (as = ADA): Promise<number> =>
    (await legacy(as, 'POST', '', { job_id: started.nextJob() })).body.id;

  const upload = async (
    application: number,
    body: Buffer,
    { as = ADA, name = 'cv.pdf', kind = 'resume', type }: Upload = {},
  ): Promise<{ status: number; body: Json }> => {
    const path = `${TRACKING}/${application}/documents?name=${encodeURIComponent(name)}&kind=${kind}`;
    const response = await fetch(service.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.token(as)}`,
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      body: new Uint8Array(body),
    });
    return { status: response.status, body: await response.json() };
  };

  /** Somebody of whom there is something in every table, and a file. Their words are `secret`, `Mary` and `Call`. */
  const aWholeLife = async (user: number): Promise<{ applications: number[]; file: string }> => {
    const application = await apply(user);
    const path = `/${application}`;
    await tracking(user, 'POST', `${path}/contacts`, { name: 'Mary' });
    await tracking(user, 'PUT', `${path}/source`, { kind: 'referral', detail: 'Mary' });
    const due = { what: 'Call', due_at: '2037-01-01T00:00:00Z' };
    await tracking(user, 'PUT', `${path}/next-action`, due);
    await tracking(user, 'PATCH', `${path}/status`, { status: 'screening', reason: 'a secret' });
    await legacy(user, 'POST', `${path}/notes`, { body: 'a secret' });
    const { body } = await upload(application, pdf(`of ${user}`), { as: user });
    await service.pool.query(
      `INSERT INTO submissions VALUES (gen_random_uuid(), $1, 1, 'applied', 'a secret letter')`,
      [user],
    );
    const { rows } = await service.pool.query('SELECT file FROM document_contents WHERE document_id = $1', [
      body.id,
    ]);
    return { applications: [application], file: rows[0].file };
  };

  return { apply, upload, aWholeLife };
}

/** The tables in which there is something of somebody, wherever there is a column that says whose it is. */
export async function tablesWith(db: pg.Pool, user: number, applications: number[]): Promise<string[]> {
  const { rows: tables } = await db.query<{ name: string; key: string }>(
    `SELECT table_name AS name, column_name AS key FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name IN ('user_id', 'application_id')`,
  );
  const names: string[] = [];
  for (const { name, key } of tables) {
    if (name === 'erasures' || name === 'account_activity') continue;
    const ids = key === 'user_id' ? [user] : applications;
    const { rowCount } = await db.query(`SELECT FROM ${name} WHERE ${key} = ANY ($1)`, [ids]);
    if (rowCount! > 0) names.push(name);
  }
  return [...new Set(names)].sort();
}
