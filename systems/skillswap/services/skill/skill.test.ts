import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { defineService, implement, type RunningService } from '@banyan/service';
import { serviceKeysOf } from '@banyan/service/service-keys';
import { contracts } from '../../contracts/recommendation.ts';
import { type Json, variablesOf } from '../../kit/testing/service.ts';
import { startWorld, type World } from './testing/world.ts';

let world: World;
let recommending: RunningService;
/** What it says of those whom it is asked about; by itself it is of no other opinion. */
let rank = (userIds: string[]): string[] => userIds;

const recommendation = defineService({
  name: 'recommendation',
  routes: (app) => {
    implement(app, contracts.operations, {
      rankMatches: ({ body }) => ({ userIds: rank(body.matches.map(({ userId }) => userId)) }),
    });
  },
});

before(async () => {
  recommending = await recommendation.start(await variablesOf('recommendation'));
  world = await startWorld({
    ...serviceKeysOf('skill', ['skill', 'recommendation'], 'of this test'),
    RECOMMENDATION_URL: recommending.url,
    MATCH_FOLLOW_MS: '600000',
  });
});
after(async () => {
  await world?.stop();
  await recommending?.close();
});

const EXPERT = (skillId: string) => ({ skillId, level: 'EXPERT' as const });

describe('the catalogue', () => {
  it('has skills by name, and by category with what is below it; administrators add to it, and others are told', async () => {
    const [admin, person] = [await world.admin(), await world.person()];
    const category = async (name: string, parent: string | null) =>
      (
        await world.service.pool.query(
          'INSERT INTO skill_categories (name, parent_id) VALUES ($1, $2) RETURNING id',
          [name, parent],
        )
      ).rows[0].id;
    const music = await category('Music', null);
    const strings = await category('Strings', music);
    const skill = { name: 'Violin 100%_', description: 'Bowed', categoryId: strings };
    assert.equal((await person.call('POST', '/skills', skill)).body.code, 'FORBIDDEN');
    const made = await admin.call('POST', '/skills', skill);
    assert.equal(made.status, 201);
    assert.equal(made.body.categoryName, 'Strings');
    assert.equal((await admin.call('POST', '/skills', skill)).body.code, 'SKILL_EXISTS');
    const nowhere = { ...skill, name: 'x', categoryId: randomUUID() };
    assert.equal((await admin.call('POST', '/skills', nowhere)).body.code, 'CATEGORY_NOT_FOUND');
    const total = async (query: string) => (await person.call('GET', `/skills?${query}`)).body.totalElements;
    assert.equal(await total(`categoryId=${music}`), 1);
    assert.equal(await total(`query=${encodeURIComponent('VIOLIN 100%_')}`), 1);
    assert.equal(await total(`query=${encodeURIComponent('violin_100')}`), 0);
    assert.deepEqual((await person.call('GET', `/skills/${made.body.id}`)).body, made.body);
    assert.deepEqual(await world.said('SkillAdded'), [
      { skillId: made.body.id, categoryId: strings, name: skill.name },
    ]);
    const categories = (await person.call('GET', '/skills/categories')).body;
    assert.deepEqual(
      categories.filter(({ id }: Json) => id === strings),
      [{ id: strings, name: 'Strings', parentId: music }],
    );
  });
});

describe("ESCO's list", () => {
  const HEADER = 'conceptType,conceptUri,skillType,preferredLabel,altLabels,description\r\n';
  const line = (uri: string, name: string, others = '', description = '') =>
    `Skill,${uri},knowledge,"${name}","${others}","${description}"\r\n`;
  const load = async (csv: string) => {
    const admin = await world.admin();
    const response = await fetch(`${world.service.url}/api/v1/skills/import`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${world.gateway.token(admin.id, 'ADMIN')}`,
        'content-type': 'text/csv',
      },
      body: csv,
    });
    return (await response.json()) as Json;
  };

  it('is taken in once, with its errors by line; what was there under that name stays as it is', async () => {
    const person = await world.person();
    const [own] = (await world.skills(1)) as [string];
    const { name } = (await person.call('GET', `/skills/${own}`)).body;
    const many = Array.from({ length: 600 }, (_, n) => line(`u:many:${n}`, `Many ${n}`)).join('');
    const csv = `${HEADER}${line('u:1', 'hand weaving', 'weave by hand\nloom work')}${line('', 'none')}${line('u:2', name)}${line('u:3', 'x'.repeat(101))}${line('u:4', 'hand weaving')}${many}`;
    const first = await load(csv);
    assert.deepEqual([first.added, first.changed, first.unchanged, first.refused], [601, 0, 1, 3]);
    assert.deepEqual(
      first.errors.map(({ line, code }: Json) => [line, code]),
      [
        [4, 'NO_URI'],
        [6, 'NAME_TOO_LONG'],
        [7, 'NAME_TAKEN'],
      ],
    );
    const again = await load(csv);
    assert.deepEqual([again.added, again.changed, again.unchanged, again.refused], [0, 0, 602, 3]);
    const renamed = await load(
      `${HEADER}${line('u:1', 'weaving', 'hand weaving', 'By hand')}${line('u:2', 'other')}`,
    );
    assert.deepEqual([renamed.added, renamed.changed, renamed.unchanged], [0, 1, 1]);
    assert.equal((await person.call('GET', `/skills/${own}`)).body.name, name);
    const suggested = (text: string) => person.call('GET', `/skills/suggestions?text=${text}`);
    const { body: found } = await suggested('hand%20wea');
    assert.deepEqual(
      found.map(({ name, foundBy }: Json) => [name, foundBy]),
      [['weaving', 'hand weaving']],
    );
    assert.deepEqual((await suggested('loom')).body, []);
    const told = (await world.said('SkillAdded')).filter(({ name }) => name === 'hand weaving');
    assert.equal(told.length, 1);
    assert.deepEqual(
      (await world.said('SkillCategoryAdded')).map(({ name, parentId }) => [name, parentId !== null]),
      [
        ['ESCO', false],
        ['ESCO: knowledge', true],
        ['ESCO: skills and competences', true],
      ],
    );
  });

  it('has the columns that it has, and none is taken for it that has not', async () => {
    for (const none of ['a,b\r\n1,2\r\n', '', '\r\n'])
      assert.equal((await load(none)).code, 'NOT_ESCO', none);
    assert.equal((await load(HEADER)).added, 0);
    const admin = await world.admin();
    assert.equal((await admin.call('POST', '/skills/import', {})).body.code, 'NOT_ESCO', 'no CSV at all');
    const { added, errors } = await load(
      `${HEADER}Skill,u:q,knowledge,with "quotes",,\r\n${line('u:after', 'after it')}`,
    );
    assert.deepEqual([added, errors.map(({ code }: Json) => code)], [1, ['BAD_CSV']]);
  });
});

it('the taxonomy that comes with the system is taken in once, and says what builds on what and what is related', async () => {
  const admin = await world.admin();
  const before = (await world.said('SkillAdded')).length;
  const { body: first } = await admin.call('POST', '/skills/taxonomy');
  assert.deepEqual([first.skills, first.relations > 400], [400, true]);
  const categories: Json[] = (await admin.call('GET', '/skills/categories')).body;
  const categoryOf = (name: string) => categories.find((one) => one.name === name);
  const rust = categoryOf('Rust');
  assert.equal(rust.parentId, categoryOf('Programming').id);
  const toldOf = (await world.said('SkillCategoryAdded')).filter(({ categoryId }) => categoryId === rust.id);
  assert.deepEqual(toldOf, [{ categoryId: rust.id, name: 'Rust', parentId: rust.parentId }]);
  const { body: again } = await admin.call('POST', '/skills/taxonomy');
  assert.deepEqual(again, { categories: 0, skills: 0, relations: 0 });
  assert.equal((await world.said('SkillAdded')).length, before + 400);
  assert.equal((await (await world.person()).call('POST', '/skills/taxonomy')).status, 403);
  const idOf = async (name: string) => {
    const { body } = await admin.call('GET', `/skills?query=${encodeURIComponent(name)}`);
    return body.content.find((skill: Json) => skill.name === name).id;
  };
  const related = async (name: string) =>
    (await admin.call('GET', `/skills/${await idOf(name)}/related`)).body.map((skill: Json) => [
      ...[skill.relation, skill.name],
    ]);
  const ofTesting = await related('Rust: testing');
  assert.deepEqual(ofTesting[0], ['BUILDS_ON', 'Rust: basics']);
  assert.ok(
    ofTesting.some(([relation, name]: string[]) => relation === 'RELATED' && name === 'SQL: testing'),
  );
  assert.ok((await related('Rust: basics')).every(([relation]: string[]) => relation === 'BASIS_OF'));
});

describe('a profile', () => {
  it('has the skills that were named last, of the version that was read, and tells what has changed', async () => {
    const person = await world.person();
    const [a, b, c] = (await world.skills(3)) as [string, string, string];
    const said = { headline: 'Teaches', city: 'Lisboa', latitude: 38.7, longitude: -9.1 };
    await person.say({
      ...said,
      offered: [EXPERT(a), { skillId: b, level: 'BEGINNER' }],
      wanted: [{ skillId: c }],
    });
    const { body } = await person.say({ offered: [EXPERT(b)], wanted: [] });
    assert.deepEqual(
      body.offered.map(({ skillId, level, verified }: Json) => [skillId, level, verified]),
      [[b, 'EXPERT', false]],
    );
    assert.deepEqual(body.wanted, []);
    assert.equal((await person.say({ version: 1 })).body.code, 'STALE_VERSION');
    assert.equal((await person.say({ wanted: [{ skillId: randomUUID() }] })).body.code, 'SKILL_NOT_FOUND');
    await person.say({});
    const told = (await world.said('SkillProfileUpdated')).filter(({ userId }) => userId === person.id);
    assert.deepEqual(
      told.map(({ changed }) => changed),
      [
        ['headline', 'city', 'latitude', 'longitude', 'offered', 'wanted'],
        ['offered', 'wanted'],
      ],
    );
    const refresh = (await world.said('RefreshRecommendations')).filter(({ userId }) => userId === person.id);
    assert.equal(refresh.length, 2);
  });

  it('shows others a place only if its owner shows one, and is changed by nobody else', async () => {
    const [one, other] = [await world.person(), await world.person()];
    await one.say({ city: 'Lisboa', latitude: 38.7, longitude: -9.1 });
    const path = `/skills/profiles/${one.id}`;
    assert.equal((await other.call('GET', path)).body.city, 'Lisboa');
    await world.stands(one.id, { privacy: { showCity: false } });
    const { city, latitude, longitude } = (await other.call('GET', path)).body;
    assert.deepEqual([city, latitude, longitude], [null, null, null]);
    assert.equal((await one.call('GET', path)).body.latitude, 38.7);
    const { body } = await one.call('GET', path);
    assert.equal((await other.call('PUT', path, body)).body.code, 'FORBIDDEN');
    await world.stands(one.id, { status: 'SUSPENDED' });
    assert.equal((await one.call('GET', path)).body.code, 'ACCOUNT_INACTIVE');
    await world.stands(one.id, { status: 'DELETED' });
    assert.equal((await other.call('GET', path)).body.code, 'USER_NOT_FOUND');
  });
});

describe('matches', () => {
  const berlin = { city: 'Berlin', latitude: 52.5, longitude: 13.4 };
  const monday = { zone: 'Europe/Berlin', hours: [{ weekday: 1, from: '09:00', to: '17:00' }] };

  it('are those who offer what is wanted, with what their scores are made of, and say it', async () => {
    const [seeker, near, far, other] = await Promise.all(
      ['Seeker', 'Near', 'Far', 'Other'].map((fullName) => world.person({ fullName })),
    );
    const [wanted, unwanted] = (await world.skills(2)) as [string, string];
    await seeker!.say({ ...berlin, wanted: [{ skillId: wanted }] });
    await near!.say({ ...berlin, offered: [EXPERT(wanted)] });
    await far!.say({ ...berlin, latitude: 48.1, longitude: 11.6, offered: [EXPERT(wanted)] });
    await other!.say({ ...berlin, offered: [EXPERT(unwanted)] });
    for (const { id } of [near!, far!, other!]) await world.hasTime(id, monday);

    const matches = async (query = '') => (await seeker!.call('GET', `/matches${query}`)).body;
    const all = await matches();
    assert.deepEqual(new Set(all.map(({ fullName }: Json) => fullName)), new Set(['Near', 'Far']));
    const score = { skills: 1, rating: 0.7, availability: 1, price: 1, total: 0.91 };
    assert.deepEqual(all[0].score, score);
    assert.equal(all[0].skills[0].skillId, wanted);
    const close = await matches('?maxDistanceKm=100');
    assert.deepEqual(
      close.map(({ userId, distanceKm }: Json) => [userId, distanceKm]),
      [[near!.id, 0]],
    );

    const { match, isMatch, reasons } = (await seeker!.call('GET', `/matches/${far!.id}?maxDistanceKm=100`))
      .body;
    assert.equal(isMatch, false);
    assert.deepEqual(
      match,
      all.find(({ userId }: Json) => userId === far!.id),
    );
    assert.equal(
      Math.round(10_000 * reasons.reduce((sum: number, { points }: Json) => sum + points, 0)) / 10_000,
      score.total,
    );
    assert.match(reasons[0].text, /^They teach 1 of the 1 skills that you want to learn: Skill 1/);

    await world.stands(near!.id, { privacy: { profileVisibility: 'PRIVATE' } });
    await world.stands(far!.id, { privacy: { showCity: false } });
    assert.deepEqual(
      (await matches()).map(({ userId, distanceKm }: Json) => [userId, distanceKm]),
      [[far!.id, null]],
    );
    assert.deepEqual(await matches('?maxDistanceKm=20000'), []);
    assert.equal((await seeker!.call('GET', `/matches/${near!.id}`)).body.code, 'USER_NOT_FOUND');
  });

  it('are as of now, whatever of them changes: who teaches, what is wanted, hours, ratings, who is there', async () => {
    const [seeker, provider] = [await world.person(), await world.person()];
    const [first, second] = (await world.skills(2)) as [string, string];
    const totals = async () => {
      const { body } = await seeker.call('GET', '/matches');
      return body.map(({ userId, score }: Json) => [userId === provider.id, score.total]);
    };
    await seeker.say({ wanted: [{ skillId: first }], budget: 10 });
    assert.deepEqual(await totals(), []);
    await provider.say({ offered: [EXPERT(first)] });
    assert.deepEqual(await totals(), [[true, 0.71]]);
    // Of what has not changed the same is told, without making it again.
    assert.deepEqual(await totals(), [[true, 0.71]]);
    await world.hasTime(provider.id, monday);
    assert.deepEqual(await totals(), [[true, 0.91]]);
    await world.service.pool.query(
      'UPDATE skill_profiles SET rating_sum = 5, rating_count = 1 WHERE user_id = $1',
      [provider.id],
    );
    assert.deepEqual(await totals(), [[true, 1]]);
    await seeker.say({ wanted: [{ skillId: first }, { skillId: second }] });
    assert.deepEqual(await totals(), [[true, 0.8]]);
    await provider.say({ offered: [EXPERT(second)], hourlyRate: 15 });
    assert.deepEqual(await totals(), [[true, 0.75]]);
    await world.hasTime(seeker.id, {
      zone: 'Europe/Berlin',
      hours: [{ weekday: 2, from: '09:00', to: '10:00' }],
    });
    assert.deepEqual(await totals(), []);
    await world.service.pool.query('DELETE FROM availability WHERE user_id = $1', [seeker.id]);
    assert.deepEqual(await totals(), [[true, 0.75]]);
    await world.stands(provider.id, { status: 'SUSPENDED' });
    assert.deepEqual(await totals(), []);
  });

  it('are shown in the order of the recommendation service while there is one, and by score when there is none', async () => {
    const [seeker, first, second] = [await world.person(), await world.person(), await world.person()];
    const [skill] = (await world.skills(1)) as [string];
    await seeker.say({ wanted: [{ skillId: skill }], budget: 10 });
    for (const [person, hourlyRate] of [[first, 10] as const, [second, 12] as const]) {
      await person.say({ offered: [EXPERT(skill)], hourlyRate });
      await world.hasTime(person.id, monday);
    }
    const shown = async () => (await seeker.call('GET', '/matches')).body.map(({ userId }: Json) => userId);
    assert.deepEqual(await shown(), [first.id, second.id]);
    rank = (userIds) => [randomUUID(), ...userIds.toReversed()];
    assert.deepEqual(await shown(), [second.id, first.id]);
    rank = () => {
      throw new Error('away');
    };
    assert.deepEqual(await shown(), [first.id, second.id]);
    rank = (userIds) => userIds;
  });

  it('trends say what is wanted and who offers it', async () => {
    const [one, other] = [await world.person(), await world.person()];
    const [skill] = (await world.skills(1)) as [string];
    for (const person of [one, other]) await person.say({ wanted: [{ skillId: skill }] });
    const trends = (await one.call('GET', '/skills/trends')).body;
    const trend = trends.find(({ skillId }: Json) => skillId === skill);
    assert.deepEqual([trend.wanted, trend.offered], [2, 0]);
  });
});
