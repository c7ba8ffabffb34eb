import { createHash } from 'node:crypto';
import {
  CITIES,
  copyRows,
  demoHashes,
  demoRefreshToken,
  emailOf,
  FAMILY_NAMES,
  fillEmpty,
  fullName,
  generatorCommand,
  moment,
  timestamp,
  type Value,
} from '@banyan/monolith/generator';
import { Random } from '@banyan/random';
import type pg from 'pg';
import type { ApplicationStatus } from '../api/applications.ts';
import { connect, createTables } from './database.ts';
import * as people from './generator/people.ts';
import * as words from './generator/words.ts';

/** Of the generated users by their ids; each tenth has ended the session of the refresh token. */
export { demoPassword, demoRefreshToken } from '@banyan/monolith/generator';

export type Size = { users: number; companies: number; jobs: number; applications: number };

const TOUR_SIZE: Size = { users: 20_000, companies: 2_000, jobs: 8_000, applications: 60_000 };

/** Everything happened before this moment, whenever the generator runs: the same seed gives the same rows. */
const AS_OF = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
/** Users 1 to 3 are administrators. */
const ADMINS = 3;

/** Each hundredth generated user was locked out long ago. */
export function isActive(userId: number): boolean {
  return userId % 100 !== 0;
}

/**
 * Fills an empty legacy database and returns the rows of each table. All in one transaction; throws if there are users
 * already. `bcryptCost` is that of the demo passwords, default 10.
 */
export async function generate(
  pool: pg.Pool,
  { seed = 1, bcryptCost = 10, ...size }: Partial<Size> & { seed?: number; bcryptCost?: number } = {},
): Promise<Record<string, number>> {
  const { users, companies, jobs, applications } = { ...TOUR_SIZE, ...size };
  await createTables(pool);
  const hashOf = await demoHashes(bcryptCost);
  const random = new Random(seed);
  const filled = await fillEmpty(pool, 'users', async (client) => {
    const plan = planApplications(random, { users, jobs, applications });
    return {
      users: await copyRows(client, 'users', USER, userRows(random, users, hashOf)),
      companies: await copyRows(client, 'companies', COMPANY, companyRows(random, companies)),
      jobs: await copyRows(client, 'jobs', JOB, jobRows(random, jobs, companies)),
      refresh_tokens: await copyRows(client, 'refresh_tokens', TOKEN, tokenRows(random, users)),
      applications: await copyRows(client, 'applications', APPLICATION, applicationRows(random, plan)),
      application_timeline: await copyRows(client, 'application_timeline', TIMELINE, timelineRows(plan)),
      application_notes: await copyRows(client, 'application_notes', NOTE, noteRows(random, plan)),
      documents: await copyRows(client, 'documents', DOCUMENT, documentRows(random, plan)),
      notifications: await copyRows(client, 'notifications', NOTIFICATION, notificationRows(random, users)),
    };
  });
  for (const table of Object.keys(filled)) {
    await pool.query(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), max(id)) FROM ${table}`);
  }
  return filled;
}

const USER =
  `id email hashed_password full_name is_active role phone location headline skills preferences created_at
  updated_at`.split(/\s+/);
const COMPANY = 'id name industry website location size created_at'.split(' ');
const JOB =
  `id company_id title description location job_type remote salary_min salary_max requirements is_active
  posted_at`.split(/\s+/);
const TOKEN = 'id user_id token_hash expires_at revoked created_at'.split(' ');
const APPLICATION = 'id user_id job_id status cover_letter applied_at created_at updated_at'.split(' ');
const TIMELINE = 'id application_id from_status to_status created_at'.split(' ');
const NOTE = 'id application_id body is_private created_at'.split(' ');
const DOCUMENT = 'id user_id application_id name kind url content_type size_bytes created_at'.split(' ');
const NOTIFICATION = 'id user_id kind title body is_read created_at'.split(' ');

type Rows = Iterable<readonly Value[]>;

function* userRows(random: Random, count: number, hashOf: (id: number) => string): Rows {
  for (let id = 1; id <= count; id++) {
    const name = fullName(random);
    const created = moment(random, AS_OF - 1500 * DAY, AS_OF - 30 * DAY);
    yield [
      id,
      emailOf(name, id),
      hashOf(id),
      name,
      isActive(id),
      id <= ADMINS ? 'admin' : 'user',
      random.chance(0.7) ? people.phone(random) : null,
      random.chance(0.85) ? random.pick(CITIES) : null,
      random.chance(0.8) ? people.headline(random) : null,
      random.some(words.SKILLS, random.int(0, 8)),
      people.preferences(random),
      timestamp(random, created),
      timestamp(random, moment(random, created, AS_OF)),
    ];
  }
}

function* companyRows(random: Random, count: number): Rows {
  for (let id = 1; id <= count; id++) {
    const word = random.pick(words.COMPANY_WORDS);
    const name = `${word} ${random.pick(random.chance(0.5) ? FAMILY_NAMES : words.COMPANY_WORDS)}`;
    yield [
      id,
      `${name} ${random.pick(words.COMPANY_ENDS)}`,
      random.chance(0.95) ? random.pick(words.INDUSTRIES) : null,
      random.chance(0.8) ? `https://${word.toLowerCase().replaceAll(' ', '-')}-${id}.example.com` : null,
      random.chance(0.9) ? random.pick(CITIES) : null,
      random.pick(['1-10', '11-50', '51-200', '201-1000', '1000+']),
      timestamp(random, moment(random, AS_OF - 2000 * DAY, AS_OF - 200 * DAY)),
    ];
  }
}

function* jobRows(random: Random, count: number, companies: number): Rows {
  for (let id = 1; id <= count; id++) {
    const requirements = random.some(words.SKILLS, random.int(2, 6));
    const salary = random.chance(0.7) ? random.int(25, 160) * 1000 : null;
    yield [
      id,
      random.int(1, companies),
      `${random.pick(words.SENIORITY)} ${random.pick(words.PROFESSIONS)}`.trim(),
      `${random.some(words.SENTENCES, 4).join(' ')} You know ${requirements.join(', ')}.`,
      random.chance(0.9) ? random.pick(CITIES) : null,
      random.pick(['full_time', 'full_time', 'full_time', 'part_time', 'contract', 'internship']),
      random.chance(0.35),
      salary,
      salary && salary + random.int(5, 40) * 1000,
      requirements,
      random.chance(0.85),
      timestamp(random, moment(random, AS_OF - 120 * DAY, AS_OF)),
    ];
  }
}

/** Each user's session of before; of each tenth an older one that was ended. */
function* tokenRows(random: Random, users: number): Rows {
  const never = new Date(Date.UTC(2099, 11, 31));
  for (let userId = 1; userId <= users; userId++) {
    const ended = userId % 10 === 0;
    const secret = createHash('sha256').update(demoRefreshToken(userId)).digest('hex');
    const created = moment(random, AS_OF - 30 * DAY, AS_OF);
    yield [userId, userId, secret, never, ended, timestamp(random, created)];
  }
}

type PlannedApplication = {
  id: number;
  userId: number;
  jobId: number;
  /** From the first status to the current one. */
  path: { status: ApplicationStatus; at: number }[];
};

const PATHS: readonly (readonly ApplicationStatus[])[] = [
  ['saved'],
  ['saved', 'applied'],
  ['applied'],
  ['applied'],
  ['applied', 'rejected'],
  ['applied', 'screening'],
  ['applied', 'screening', 'rejected'],
  ['applied', 'screening', 'interview'],
  ['applied', 'screening', 'interview', 'rejected'],
  ['applied', 'screening', 'interview', 'offer'],
  ['applied', 'screening', 'interview', 'offer', 'accepted'],
  ['applied', 'withdrawn'],
];

/** Nobody applies twice for the same job: a user's jobs are neighbours on a circle, from a random start. */
function planApplications(
  random: Random,
  { users, jobs, applications }: Omit<Size, 'companies'>,
): PlannedApplication[] {
  if (applications > users * jobs) throw new RangeError('More applications than pairs of a user and a job.');
  const starts = Array.from({ length: users }, () => random.int(0, jobs - 1));
  return Array.from({ length: applications }, (_, index) => {
    const user = index % users;
    const round = Math.floor(index / users);
    const start = moment(random, AS_OF - 180 * DAY, AS_OF - 40 * DAY);
    const path = random
      .pick(PATHS)
      .map((status, step) => ({ status, at: start + step * random.int(1, 9) * DAY }));
    return { id: index + 1, userId: user + 1, jobId: ((starts[user]! + round) % jobs) + 1, path };
  });
}

function* applicationRows(random: Random, plan: PlannedApplication[]): Rows {
  for (const { id, userId, jobId, path } of plan) {
    const applied = path.find(({ status }) => status === 'applied');
    const last = path.at(-1)!;
    const letter = random.chance(0.3) ? `Dear team,\n\n${random.some(words.SENTENCES, 2).join(' ')}` : null;
    const [first] = path;
    yield [
      id,
      userId,
      jobId,
      last.status,
      letter,
      applied ? new Date(applied.at) : null,
      new Date(first!.at),
      new Date(last.at),
    ];
  }
}

function* timelineRows(plan: PlannedApplication[]): Rows {
  let id = 0;
  for (const { id: applicationId, path } of plan) {
    let from: string | null = null;
    for (const { status, at } of path) {
      yield [++id, applicationId, from, status, new Date(at)];
      from = status;
    }
  }
}

function* noteRows(random: Random, plan: PlannedApplication[]): Rows {
  let id = 0;
  for (const { id: applicationId, path } of plan) {
    if (!random.chance(0.5)) continue;
    yield [++id, applicationId, random.pick(words.NOTES), random.chance(0.3), new Date(path.at(-1)!.at)];
  }
}

function* documentRows(random: Random, plan: PlannedApplication[]): Rows {
  let id = 0;
  for (const { id: applicationId, userId, path } of plan) {
    if (!random.chance(0.25)) continue;
    const kind = random.pick(['resume', 'cover_letter', 'portfolio']);
    const url = `https://files.example.com/${userId}/${kind}-${++id}.pdf`;
    const size = random.int(20_000, 2_000_000);
    yield [
      id,
      userId,
      applicationId,
      `${kind}.pdf`,
      kind,
      url,
      'application/pdf',
      size,
      new Date(path[0]!.at),
    ];
  }
}

function* notificationRows(random: Random, users: number): Rows {
  let id = 0;
  for (let userId = 1; userId <= users; userId++) {
    for (let n = random.int(0, 4); n > 0; n--) {
      const at = timestamp(random, moment(random, AS_OF - 60 * DAY, AS_OF));
      yield [
        ++id,
        userId,
        'job_match',
        'A new job for you',
        `A ${random.pick(words.PROFESSIONS)} is wanted in ${random.pick(CITIES)}.`,
        random.chance(0.6),
        at,
      ];
    }
  }
}

if (import.meta.main)
  await generatorCommand({
    title: 'Career Copilot',
    defaults: { ...TOUR_SIZE, seed: 1, bcryptCost: 10 },
    connect,
    generate,
  });
