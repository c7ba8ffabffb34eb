import {
  type Arrival,
  acknowledgeMarked,
  type Changes,
  checkMarked,
  exclusively,
  type Load,
  latest,
  marker,
  markersBy,
  newestKnown,
  noChanges,
  perUser,
  type User,
} from '@banyan/harness';
import { API } from '../../api/common.ts';
import { SKILL_LEVELS, type SkillProfileChanges } from '../../api/skills.ts';
import { skillId } from '../../monolith/generate.ts';

/** What is known of somebody's profile, with their changes of it; as it was when they last read or wrote it. */
type Known = Changes & { profile: SkillProfileChanges | undefined };
type Person = User<string>;

/** Of a profile with its headline, and of how many skills its owner wants: both are of one change. */
const profiles = markersBy<{ wanted: number }>(
  `SELECT user_id AS id, headline AS text, (SELECT count(*)::int FROM wanted_skills w WHERE w.user_id = p.user_id) AS wanted
   FROM skill_profiles p WHERE user_id = ANY ($1)`,
  (n, { wanted }) => wanted === wantedBy(n),
);

/** Most requests look at profiles and at what can be learned; a change of a profile is of all its parts. */
export default {
  promises: { profile: latest({ monolith: profiles, service: profiles }) },
  facts: {
    // Of the monolith's changes it is told part by part: one of them with the headline.
    SkillProfileUpdated: {
      promise: 'profile',
      key: ({ userId, changed }) => ((changed as string[]).includes('headline') ? userId : undefined),
    },
  },
  start(run) {
    const { random, users, rows } = run;
    const skills = rows.skills ?? 1;
    const knownOf = perUser((_user: Person): Known => ({ ...noChanges(), profile: undefined }));
    const get = (path: string, as: Person, kind = path) => {
      const token = users.token(as);
      return { kind: `GET ${kind}`, method: 'GET', path: API + path, token, expect: 200 } as const;
    };
    const look =
      (path: () => string, kind?: string) =>
      async ({ send }: Arrival) =>
        void (await send(get(path(), users.any(), kind)));

    const read = async (user: Person, as: Person, { send }: Arrival) => {
      const known = knownOf(user);
      const least = newestKnown(known, user === as);
      const call = get(`/skills/profiles/${user.id}`, as, '/skills/profiles/:userId');
      const outcome = await send(call);
      if (outcome.is !== 'ok' || outcome.stale) return;
      const profile = outcome.body as SkillProfileChanges;
      checkMarked(run, known, { kind: call.kind, user, least, text: profile.headline });
      // A change that has ended meanwhile knows better; what others see of it is not all.
      if (user === as && profile.version >= (known.profile?.version ?? 0)) known.profile = profile;
    };
    const readOwn = (user: Person, arrival: Arrival) => read(user, user, arrival);
    const change = async (arrival: Arrival) => {
      const user = users.writer();
      if (!user) return;
      await exclusively(user, async () => {
        const known = knownOf(user);
        if (!known.profile) await readOwn(user, arrival);
        if (!known.profile) return;
        const n = ++known.sent;
        const kind = 'PUT /skills/profiles/:userId';
        const stated = statedOf(known.profile);
        const body: SkillProfileChanges = {
          ...stated,
          headline: marker(user.id, n),
          hourlyRate: random.chance(0.5) ? stated.hourlyRate : random.int(5, 40),
          offered: stated.offered.map(({ skillId, level }) => ({
            ...{ skillId, level: random.chance(0.8) ? level : random.pick(SKILL_LEVELS) },
          })),
          wanted: neighbours(random.int(1, skills), wantedBy(n), skills),
        };
        const path = `${API}/skills/profiles/${user.id}`;
        const outcome = await arrival.write(
          { name: 'profile', key: user.id, n },
          { kind, method: 'PUT', path, token: users.token(user), body, expect: 200 },
          user,
        );
        if (outcome.is !== 'ok') return;
        const profile = outcome.body as SkillProfileChanges;
        acknowledgeMarked(known, n, outcome);
        known.profile = profile;
        users.wrote(user);
        checkMarked(run, known, { kind, user, least: n, text: profile.headline });
      });
    };
    return {
      operations: [
        { weight: 60, run: (arrival) => readOwn(users.reader(), arrival) },
        { weight: 60, run: (arrival) => read(users.reader(), users.any(), arrival) },
        { weight: 40, run: change },
        { weight: 20, run: look(() => `/skills?page=${random.int(0, 5)}&query=bas`, '/skills') },
        { weight: 20, run: look(() => `/skills/${skillId(random.int(1, skills))}`, '/skills/:id') },
        { weight: 5, run: look(() => '/skills/categories') },
        { weight: 2, run: look(() => '/skills/trends') },
        { weight: 5, run: look(() => '/matches') },
      ],
      // It is made with the account, whoever has made that.
      firstVisit: readOwn,
    };
  },
  warmUp: {
    guests: {
      add: async (db, ids) => {
        await db.query(`INSERT INTO people (id, full_name) SELECT unnest($1::uuid[]), 'A Guest'`, [ids]);
        await db.query('INSERT INTO skill_profiles (user_id) SELECT unnest($1::uuid[])', [ids]);
      },
      remove: async (db, ids) => {
        await db.query('DELETE FROM skill_profiles WHERE user_id = ANY ($1)', [ids]);
        await db.query('DELETE FROM people WHERE id = ANY ($1)', [ids]);
      },
    },
    async visit({ id, isGuest, round, send }) {
      const path = `${API}/skills/profiles/${id}`;
      const profile = JSON.parse(await send('GET', path)) as SkillProfileChanges;
      await Promise.all(['/skills', '/skills/categories'].map((each) => send('GET', API + each)));
      if (round % 8 === 0) await send('GET', `${API}/matches`);
      if (isGuest) await send('PUT', path, statedOf(profile));
    },
  },
} satisfies Load<string>;

/** So many skills are wanted after the nth change. */
function wantedBy(n: number): number {
  return n % 4;
}

/** So many skills, one after the other, from the nth on. */
function neighbours(first: number, count: number, of: number): SkillProfileChanges['wanted'] {
  return Array.from({ length: count }, (_, index) => ({ skillId: skillId(((first - 1 + index) % of) + 1) }));
}

/** What of a profile is its owner's to say, as it is. */
function statedOf(stated: SkillProfileChanges): SkillProfileChanges {
  const { headline, hourlyRate, budget, city, latitude, longitude, version } = stated;
  return {
    ...{ headline, hourlyRate, budget, city, latitude, longitude, version },
    offered: stated.offered.map(({ skillId, level }) => ({ skillId, level })),
    wanted: stated.wanted.map(({ skillId }) => ({ skillId })),
  };
}
