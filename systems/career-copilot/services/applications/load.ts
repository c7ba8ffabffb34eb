import {
  type Arrival,
  exclusively,
  type Load,
  latest,
  once,
  perUser,
  rowsBy,
  type User,
} from '@banyan/harness';
import type pg from 'pg';
import type { Application } from '../../api/applications.ts';
import { API } from '../../api/common.ts';

/** An application of this run and how often its status has changed. */
type Own = { id: number; status: number };

/** Each status is later than the one before, so that its place tells how many changes are there. */
const WAY = ['saved', 'applied', 'screening', 'interview', 'offer', 'accepted'] as const;

/** In the note of each step that this load makes, after its name. */
const STEP = '-step-';

/**
 * People look at their applications; now and then they make one, move it on, note something, add a document. A change of
 * status is found again as the status, as the one step of the timeline with its note, and as a notification of its own.
 */
export default {
  promises: {
    application: once(onBothSides(rowsBy('applications', 'cover_letter'))),
    status: latest(onBothSides(statusesThere)),
    step: once(onBothSides(rowsBy('application_timeline', 'note'))),
    notification: once(onBothSides(notificationsThere)),
    note: once(onBothSides(rowsBy('application_notes', 'body'))),
    document: once(onBothSides(rowsBy('documents', 'url'))),
  },
  facts: {
    ApplicationStatusChanged: { promise: 'status', key: ({ applicationId }) => applicationId },
  },
  start({ random, users, name, rows, violate }) {
    const own = perUser((): Own[] => []);
    const changes = perUser(() => ({ acknowledged: 0 }));
    let made = 0;
    const list = async ({ send }: Arrival) => {
      const token = users.token(users.any());
      const path = `${API}/applications?limit=10`;
      await send({ kind: 'GET /applications', method: 'GET', path, token, expect: 200 });
    };
    const apply = async ({ write }: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const job = random.int(1, rows.jobs ?? 1);
        const letter = `${name}-letter-${++made}`;
        const outcome = await write(
          { name: 'application', key: letter, value: (body) => (body as { id: number }).id },
          {
            kind: 'POST /applications',
            method: 'POST',
            path: `${API}/applications`,
            token: users.token(user),
            body: { job_id: job, status: 'saved', cover_letter: letter },
            expect: 201,
            // The user has one for this job from before, or the job is taken.
            mayRefuse: [400, 404],
          },
          user,
        );
        if (outcome.is === 'ok') own(user).push({ id: (outcome.body as { id: number }).id, status: 0 });
      });
    };
    /** Of somebody who has an application that can still go on; else one is made. */
    const withOwn =
      (change: (arrival: Arrival, token: string, one: Own, user: User) => Promise<void>) =>
      async (arrival: Arrival) => {
        const user = users.writer((candidate) => own(candidate).length > 0);
        if (!user) return await apply(arrival);
        await exclusively(
          user,
          async () => await change(arrival, users.token(user), random.pick(own(user)), user),
        );
      };
    const look = withOwn(async ({ send }, token, one, user) => {
      const kind = 'GET /applications/:id';
      const path = `${API}/applications/${one.id}`;
      const outcome = await send({ kind, method: 'GET', path, token, expect: 200 });
      if (outcome.is !== 'ok' || outcome.stale) return;
      const { status } = outcome.body as Application;
      if (status !== WAY[one.status])
        violate({ kind, user: user.id, expected: WAY[one.status]!, got: status });
    });
    const moveOn = withOwn(async ({ write, acknowledge }, token, one, user) => {
      const n = one.status + 1;
      if (n >= WAY.length) return;
      const note = `${name}${STEP}${++made}`;
      const outcome = await write(
        { name: 'status', key: one.id, n },
        {
          kind: 'PATCH /applications/:id/status',
          method: 'PATCH',
          path: `${API}/applications/${one.id}/status`,
          token,
          body: { status: WAY[n], note },
          expect: 200,
        },
        user,
      );
      if (outcome.is !== 'ok') return;
      one.status = n;
      acknowledge({ name: 'step', key: note });
      acknowledge({ name: 'notification', key: `${user.id}-${++changes(user).acknowledged}` });
    });
    const add = (
      promise: 'note' | 'document',
      what: 'notes' | 'documents',
      bodyOf: (key: string) => object,
    ) =>
      withOwn(async ({ write }, token, { id }, user) => {
        const key = `${name}-${promise}-${++made}`;
        const path = `${API}/applications/${id}/${what}`;
        const kind = `POST /applications/:id/${what}`;
        await write(
          { name: promise, key },
          { kind, method: 'POST', path, token, body: bodyOf(key), expect: 201 },
          user,
        );
      });
    return {
      operations: [
        { weight: 80, run: list },
        { weight: 20, run: look },
        { weight: 10, run: apply },
        { weight: 15, run: moveOn },
        { weight: 15, run: add('note', 'notes', (body) => ({ body })) },
        {
          weight: 10,
          run: add('document', 'documents', (url) => ({
            name: 'resume.pdf',
            kind: 'resume',
            url,
            content_type: 'application/pdf',
            size_bytes: 12_345,
          })),
        },
      ],
    };
  },
  warmUp: {
    visit: async ({ send }) => await send('GET', `${API}/applications?limit=10`),
  },
} satisfies Load;

/** Tables and columns are the same in the service as they were in the monolith. */
function onBothSides<T>(find: T): { monolith: T; service: T } {
  return { monolith: find, service: find };
}

async function statusesThere(
  db: pg.Pool,
  sent: ReadonlyMap<string, readonly number[]>,
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: number; status: (typeof WAY)[number] }>(
    'SELECT id, status FROM applications WHERE id = ANY ($1)',
    [[...sent.keys()].map(Number)],
  );
  return new Map(rows.map(({ id, status }) => [String(id), WAY.indexOf(status)]));
}

/** By `user-n`, the n-th change of a user: there if so many were told of, and twice if more were than there were changes. */
async function notificationsThere(db: pg.Pool, keys: string[]): Promise<Map<string, string[]>> {
  const { rows } = await db.query<{ user: number; told: number; steps: number }>(
    `SELECT user_id AS user, told, coalesce(steps, 0) AS steps
     FROM (SELECT user_id, count(*)::int AS told FROM notifications
           WHERE kind = 'status_changed' AND user_id = ANY ($1) GROUP BY 1) AS notifications
     LEFT JOIN (SELECT user_id, count(*)::int AS steps FROM application_timeline AS step
           JOIN applications ON applications.id = application_id
           WHERE step.note LIKE '%' || $2 || '%' AND user_id = ANY ($1) GROUP BY 1) AS changed USING (user_id)`,
    [[...new Set(keys.map((key) => Number(key.split('-')[0])))], STEP],
  );
  const ofUser = new Map(rows.map((row) => [row.user, row]));
  return new Map(
    keys.map((key) => {
      const [user, n] = key.split('-').map(Number);
      const { told = 0, steps = 0 } = ofUser.get(user!) ?? {};
      return [key, told < n! ? [] : n === 1 && told > steps ? [key, `${told} of ${steps} changes`] : [key]];
    }),
  );
}
