import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { NewAssessment } from '../../api/assessments.ts';
import type { SkillLevel } from '../../api/skills.ts';
import type { Json } from '../../kit/testing/service.ts';
import { type Person, startWorld, type World } from './testing/world.ts';

const DAY = 86_400_000;

let world: World;
let now = Date.now();

before(async () => {
  world = await startWorld({}, () => now);
});
after(async () => {
  await world?.stop();
});

const teacher = async (skillId: string, level: SkillLevel): Promise<Person> => {
  const person = await world.person();
  await person.say({ offered: [{ skillId, level }] });
  return person;
};
const isVerified = async ({ id, call }: Person) =>
  (await call('GET', `/skills/profiles/${id}`)).body.offered[0].verified;
const verifiedOf = async ({ id }: Person) =>
  (await world.said('SkillVerified'))
    .filter(({ userId }) => userId === id)
    .map(({ level, by }) => [level, by]);

describe('peers', () => {
  it('who know the skill verify it, three of them, each once, at the level that is offered', async () => {
    const [skill] = (await world.skills(1)) as [string];
    const person = await teacher(skill, 'ADVANCED');
    const path = `/skills/profiles/${person.id}/offered/${skill}/endorsements`;
    const [first, second] = [await teacher(skill, 'ADVANCED'), await teacher(skill, 'EXPERT')];
    const beginner = await teacher(skill, 'BEGINNER');
    const learner = await world.person();
    await world.service.pool.query(
      'INSERT INTO lessons (learner_id, teacher_id, skill_id) VALUES ($1, $2, $3)',
      [...[learner.id, person.id, skill]],
    );
    for (const one of [person, beginner, await world.person()])
      assert.equal((await one.call('POST', path)).body.code, 'NOT_A_PEER');
    await first.call('POST', path);
    assert.deepEqual((await first.call('POST', path)).body, { count: 1, needed: 3, verified: false });
    const both = await Promise.all([second, learner].map((one) => one.call('POST', path)));
    assert.deepEqual(both.map(({ body }) => body.count).sort(), [2, 3]);
    assert.equal(await isVerified(person), true);
    assert.deepEqual(await verifiedOf(person), [['ADVANCED', 'PEERS']]);

    await person.say({ offered: [{ skillId: skill, level: 'EXPERT' }] });
    assert.equal(await isVerified(person), false);
    assert.deepEqual((await person.call('GET', path)).body, { count: 0, needed: 3, verified: false });
    assert.equal((await first.call('POST', path)).body.code, 'NOT_A_PEER');
    assert.equal((await second.call('POST', path)).body.count, 1);
  });
});

describe('an assessment', () => {
  const questions = Array.from({ length: 10 }, (_, number) => ({
    ...{ text: `Question ${number}`, options: ['no', 'yes', 'perhaps'], correct: number % 3 },
  }));
  const test: NewAssessment = { level: 'ADVANCED', minutes: 20, passPercent: 75, asked: 4, questions };
  const right = (asked: Json[], wrong = 0) =>
    asked.map(({ number }, place) => ({ number, option: (number + (place < wrong ? 1 : 0)) % 3 }));

  it('verifies what is offered up to its level, by answers that are right, in time, once', async () => {
    const [skill] = (await world.skills(1)) as [string];
    const admin = await world.admin();
    const bad = await admin.call('PUT', `/skills/${skill}/assessments`, { ...test, asked: 11 });
    assert.equal(bad.body.code, 'BAD_ASSESSMENT');
    await admin.call('PUT', `/skills/${skill}/assessments`, test);
    const { body: made } = await admin.call('PUT', `/skills/${skill}/assessments`, test);
    const person = await teacher(skill, 'ADVANCED');
    assert.deepEqual((await person.call('GET', `/skills/${skill}/assessments`)).body, [made]);
    const begin = (who: Person) => who.call('POST', `/skills/assessments/${made.id}/attempts`);
    const hand = (who: Person, { id, questions }: Json, wrong: number) =>
      who.call('POST', `/skills/attempts/${id}/answers`, { answers: right(questions, wrong) });

    assert.equal((await begin(await world.person())).body.code, 'SKILL_NOT_OFFERED');
    const { body: attempt } = await begin(person);
    assert.equal(attempt.questions.length, 4);
    assert.ok(!JSON.stringify(attempt).includes('correct'));
    assert.equal((await hand(admin, attempt, 0)).body.code, 'ATTEMPT_NOT_FOUND');
    assert.deepEqual((await hand(person, attempt, 2)).body, {
      correct: 2,
      asked: 4,
      passed: false,
      verified: false,
    });
    assert.equal((await hand(person, attempt, 0)).body.code, 'ALREADY_JUDGED');
    assert.equal((await begin(person)).body.code, 'TRIED_LATELY');

    now += 7 * DAY;
    const { body: slow } = await begin(person);
    now += 21 * 60_000;
    assert.equal((await hand(person, slow, 0)).body.code, 'TOO_LATE');
    now += 7 * DAY;
    const { body: third } = await begin(person);
    assert.deepEqual((await hand(person, third, 1)).body, {
      correct: 3,
      asked: 4,
      passed: true,
      verified: true,
    });
    assert.equal(await isVerified(person), true);
    assert.deepEqual(await verifiedOf(person), [['ADVANCED', 'TEST']]);

    const expert = await teacher(skill, 'EXPERT');
    const passed = await hand(expert, (await begin(expert)).body, 0);
    assert.deepEqual([passed.body.passed, passed.body.verified], [true, false]);
  });
});

describe('the map', () => {
  it('tells of no fewer than five, in fives, and of nobody who hides', async () => {
    const [skill] = (await world.skills(1)) as [string];
    const put = async (count: number, latitude: number) => {
      const people = await Promise.all(Array.from({ length: count }, () => teacher(skill, 'EXPERT')));
      for (const one of people) await one.say({ latitude, longitude: -9.1 });
      return people;
    };
    const [first] = await put(7, 38.7);
    await put(4, -33.9);
    await put(1, 90);
    const map = async (query = '') => (await first!.call('GET', `/skills/${skill}/map${query}`)).body;
    assert.deepEqual(await map(), { cell: 5, cells: [{ south: 35, west: -10, offered: 5, wanted: 0 }] });
    assert.deepEqual((await map('?cell=1')).cells, [{ south: 38, west: -10, offered: 5, wanted: 0 }]);
    await world.service.pool.query(
      `UPDATE people SET privacy_settings = '{"showCity": false}'
       WHERE id IN (SELECT user_id FROM skill_profiles WHERE latitude = 38.7 ORDER BY user_id LIMIT 3)`,
    );
    assert.deepEqual((await map()).cells, []);
    assert.equal((await first!.call('GET', `/skills/${skill}/map?cell=2`)).status, 400);
  });
});

it('growth says what more people want than before', async () => {
  const [skill, other] = (await world.skills(2)) as [string, string];
  const people = await Promise.all([1, 2, 3].map(() => world.person()));
  for (const one of people) await one.say({ wanted: [{ skillId: skill }, { skillId: other }] });
  const wanted = (skillId: string, ids: string[], days: number) =>
    world.service.pool.query(
      'UPDATE wanted_skills SET created_at = $3 WHERE skill_id = $1 AND user_id = ANY ($2)',
      [skillId, ids, new Date(now - days * DAY)],
    );
  const ids = people.map(({ id }) => id);
  await wanted(skill, ids, 2);
  await wanted(skill, ids.slice(0, 1), 10);
  await wanted(other, ids, 10);
  const grown = (await people[0]!.call('GET', '/skills/trends/growth?days=7')).body;
  assert.deepEqual(
    grown.map(({ skillId, wanted, lately, before }: Json) => [skillId, wanted, lately, before]),
    [[skill, 3, 2, 1]],
  );
});
