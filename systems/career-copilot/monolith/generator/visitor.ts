import { transaction } from '@banyan/monolith';
import { hash } from '@node-rs/bcrypt';
import type pg from 'pg';
import type { ApplicationStatus } from '../../api/applications.ts';
import { VISITOR } from '../visitor.ts';

/** What has become of each application, and how many days lie between two steps and since the last. */
const APPLICATIONS: { path: ApplicationStatus[]; daysBetween: number; daysSince: number; note?: string }[] = [
  { path: ['saved'], daysBetween: 0, daysSince: 1, note: 'Ask Nadia, who works there' },
  { path: ['saved'], daysBetween: 0, daysSince: 3 },
  { path: ['saved', 'applied'], daysBetween: 2, daysSince: 2, note: 'Sent with the short résumé' },
  { path: ['applied'], daysBetween: 0, daysSince: 6 },
  { path: ['applied'], daysBetween: 0, daysSince: 24 },
  {
    path: ['applied', 'screening'],
    daysBetween: 5,
    daysSince: 4,
    note: 'Call went well, they answer this week',
  },
  { path: ['applied', 'screening'], daysBetween: 9, daysSince: 11 },
  {
    path: ['applied', 'screening', 'interview'],
    daysBetween: 6,
    daysSince: 3,
    note: 'Prepare the case study',
  },
  { path: ['applied', 'screening', 'interview', 'offer'], daysBetween: 8, daysSince: 2 },
  { path: ['applied', 'rejected'], daysBetween: 12, daysSince: 20 },
  { path: ['applied', 'screening', 'rejected'], daysBetween: 7, daysSince: 33 },
  { path: ['applied', 'screening', 'interview', 'rejected'], daysBetween: 10, daysSince: 15 },
  { path: ['applied', 'withdrawn'], daysBetween: 4, daysSince: 40 },
];

/** Adds the visitor, who has been looking for a job for some weeks, to a database that the generator has filled. */
export async function addVisitor(pool: pg.Pool, bcryptCost: number): Promise<void> {
  const hashed = await hash(VISITOR.password, { cost: bcryptCost });
  await transaction(pool, async (client) => {
    const { rows: people } = await client.query<{ id: number }>(
      `INSERT INTO users (email, hashed_password, full_name, location, headline, skills, created_at)
       VALUES ($1, $2, 'Robin Visitor', 'Berlin', 'Software engineer', $3, now() - interval '90 days') RETURNING id`,
      [VISITOR.email, hashed, ['TypeScript', 'PostgreSQL', 'React']],
    );
    const userId = people[0]!.id;
    const { rows: jobs } = await client.query<{ id: number }>(
      'SELECT id FROM jobs WHERE is_active ORDER BY posted_at DESC, id DESC LIMIT $1',
      [APPLICATIONS.length],
    );
    for (const [index, job] of jobs.entries())
      await addApplication(client, userId, job.id, APPLICATIONS[index]!);
    await client.query(
      `INSERT INTO notifications (user_id, kind, title, body, is_read, created_at)
       SELECT $1, 'job_match', 'A new job for you', 'A Software Engineer is wanted in Berlin.', n > 2, now() - n * interval '2 days'
       FROM generate_series(1, 4) n`,
      [userId],
    );
  });
}

async function addApplication(
  client: pg.ClientBase,
  userId: number,
  jobId: number,
  { path, daysBetween, daysSince, note }: (typeof APPLICATIONS)[number],
): Promise<void> {
  const daysAgo = (step: number) => daysSince + (path.length - 1 - step) * daysBetween;
  const applied = path.indexOf('applied');
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO applications (user_id, job_id, status, applied_at, created_at, updated_at)
     VALUES ($1, $2, $3, now() - $4 * interval '1 day', now() - $5 * interval '1 day', now() - $6 * interval '1 day')
     RETURNING id`,
    [userId, jobId, path.at(-1), applied < 0 ? null : daysAgo(applied), daysAgo(0), daysSince],
  );
  const { id } = rows[0]!;
  for (const [step, status] of path.entries())
    await client.query(
      `INSERT INTO application_timeline (application_id, from_status, to_status, created_at)
       VALUES ($1, $2, $3, now() - $4 * interval '1 day')`,
      [id, path[step - 1] ?? null, status, daysAgo(step)],
    );
  if (note)
    await client.query(
      `INSERT INTO application_notes (application_id, body, created_at) VALUES ($1, $2, now() - $3 * interval '1 day')`,
      [id, note, daysSince],
    );
}
