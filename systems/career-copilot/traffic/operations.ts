import { createHash } from 'node:crypto';
import type { Tokens } from '../api/auth.ts';
import type { Profile } from '../api/users.ts';
import { fullName, phone, preferences } from '../monolith/generator/people.ts';
import type { Random } from '../monolith/generator/random.ts';
import { CITIES, SKILLS } from '../monolith/generator/words.ts';
import type { Call, Outcome } from './client.ts';
import { type Journal, marker, markerNumber, passwordOf } from './journal.ts';
import type { Population, User } from './population.ts';
import type { Recorder } from './stats.ts';

/** What an operation works with. `send` counts from the moment the operation was due. */
export type Scene = {
  random: Random;
  population: Population;
  journal: Journal;
  recorder: Recorder;
  /** Makes the emails of this run its own. */
  run: string;
  /** Generated jobs are numbered `1..jobs`. */
  jobs: number;
  send: (call: Call) => Promise<Outcome>;
};

type Operation = { weight: number; run: (scene: Scene) => Promise<void> };

/** In parts of a thousand: eight of ten are reads, and each page of the client asks first who is logged in. */
const OPERATIONS: Operation[] = [
  { weight: 230, run: readProfile },
  { weight: 100, run: readSomebody },
  { weight: 220, run: readAccount },
  { weight: 60, run: (scene) => read(scene, 'GET /jobs', `/jobs?page=${scene.random.int(1, 20)}&limit=10`) },
  { weight: 60, run: (scene) => read(scene, 'GET /jobs/:id', `/jobs/${scene.random.int(1, scene.jobs)}`) },
  { weight: 80, run: (scene) => read(scene, 'GET /applications', '/applications?limit=10') },
  { weight: 50, run: (scene) => read(scene, 'GET /notifications', '/notifications?limit=10') },
  { weight: 160, run: changeProfile },
  { weight: 10, run: register },
  { weight: 12, run: login },
  { weight: 12, run: refresh },
  { weight: 4, run: logout },
  { weight: 2, run: changePassword },
];

const TOTAL = OPERATIONS.reduce((sum, { weight }) => sum + weight, 0);

/** One arrival: whoever just registered comes back first, else something by chance. */
export async function arrive(scene: Scene): Promise<void> {
  const newcomer = scene.population.newcomer();
  // Must be there on whatever side answers.
  if (newcomer) return await checkedProfile(scene, newcomer);
  await pickByWeight(scene.random).run(scene);
}

function pickByWeight(random: Random): Operation {
  let left = random.next() * TOTAL;
  for (const operation of OPERATIONS) {
    left -= operation.weight;
    if (left < 0) return operation;
  }
  return OPERATIONS[0]!;
}

async function read(scene: Scene, kind: string, path: string): Promise<void> {
  const token = scene.population.token(scene.population.any());
  await scene.send({ kind, method: 'GET', path, token, expect: 200 });
}

async function readAccount(scene: Scene): Promise<void> {
  await read(scene, 'GET /auth/me', '/auth/me');
}

async function readProfile(scene: Scene): Promise<void> {
  await checkedProfile(scene, scene.population.reader());
}

async function checkedProfile(scene: Scene, user: User): Promise<void> {
  const token = scene.population.token(user);
  const floor = newestKnown(user);
  const outcome = await scene.send({
    kind: 'GET /users/me',
    method: 'GET',
    path: '/users/me',
    token,
    expect: 200,
  });
  if (outcome.is !== 'ok') return;
  const profile = outcome.body as Profile;
  user.email ??= profile.email;
  if (!outcome.stale) check(scene, 'GET /users/me', user, floor, profile.headline);
}

async function readSomebody(scene: Scene): Promise<void> {
  const user = scene.population.reader();
  const token = scene.population.token(scene.population.any());
  const floor = newestKnown(user);
  const kind = 'GET /users/:id';
  const outcome = await scene.send({ kind, method: 'GET', path: `/users/${user.id}`, token, expect: 200 });
  if (outcome.is === 'ok' && !outcome.stale)
    check(scene, kind, user, floor, (outcome.body as Profile).headline);
}

/** What a read that starts now must show at least. */
function newestKnown(user: User): number {
  return Math.max(user.acknowledged, user.seen);
}

/** Not older than what was acknowledged or seen before the read began, and nothing that was never sent. */
function check(scene: Scene, kind: string, user: User, floor: number, headline: string | null): void {
  const n = markerNumber(user.id, headline);
  if (n < floor || n > user.sent) {
    const got = headline ?? 'null';
    scene.recorder.violate({ kind, user: user.id, expected: marker(user.id, floor), got });
  }
  user.seen = Math.max(user.seen, Math.min(n, user.sent));
}

async function changeProfile(scene: Scene): Promise<void> {
  const { population, journal, random } = scene;
  const user = population.writer();
  if (!user) return;
  await exclusively(user, async () => {
    const n = ++user.sent;
    journal.write({ at: 'try', kind: 'profile', user: user.id, n });
    const headline = marker(user.id, n);
    const outcome = await scene.send({
      kind: 'PUT /users/me',
      method: 'PUT',
      path: '/users/me',
      token: population.token(user),
      body: { headline, ...someChanges(random) },
      expect: 200,
    });
    journal.write({ at: verdict(outcome), kind: 'profile', user: user.id, n });
    if (outcome.is === 'unknown') user.unclear = true;
    if (outcome.is !== 'ok') return;
    user.acknowledged = n;
    population.wrote(user);
    check(scene, 'PUT /users/me', user, n, (outcome.body as Profile).headline);
  });
}

function someChanges(random: Random): Record<string, unknown> {
  switch (random.int(0, 5)) {
    case 0:
      return { full_name: fullName(random) };
    case 1:
      return { phone: random.chance(0.2) ? null : phone(random) };
    case 2:
      return { skills: random.some(SKILLS, random.int(0, 6)) };
    case 3:
      return { preferences: preferences(random) };
    case 4:
      return { location: random.pick(CITIES) };
    default:
      return {};
  }
}

async function register(scene: Scene): Promise<void> {
  const { population, journal, random, run } = scene;
  const email = `${run}.${Math.floor(random.next() * 2 ** 48).toString(36)}@load.example.com`;
  const password = passwordOf(0, random.int(1, 1e9));
  journal.write({ at: 'try', kind: 'register', email });
  const outcome = await scene.send({
    kind: 'POST /auth/register',
    method: 'POST',
    path: '/auth/register',
    body: { email, password, full_name: fullName(random) },
    expect: 201,
  });
  if (outcome.is !== 'ok') {
    journal.write({ at: outcome.is, kind: 'register', email });
    return;
  }
  const { user, access_token, refresh_token } = outcome.body as Tokens & { user: { id: number } };
  journal.write({ at: 'ack', kind: 'register', email, user: user.id, token: digest(refresh_token) });
  population.add({
    id: user.id,
    accessToken: access_token,
    refreshToken: refresh_token,
    email,
    password,
    passwordChanges: 0,
    sent: 0,
    acknowledged: 0,
    seen: 0,
    busy: false,
    unclear: false,
  });
}

async function login(scene: Scene): Promise<void> {
  const user = scene.population.writer(({ email }) => email !== null);
  // At the very start nobody's email is known yet; a look at the profile tells it.
  if (!user) return await readProfile(scene);
  await exclusively(user, async () => {
    const outcome = await scene.send({
      kind: 'POST /auth/login',
      method: 'POST',
      path: '/auth/login',
      body: { email: user.email, password: user.password },
      expect: 200,
    });
    if (outcome.is === 'ok') takeSession(scene, user, outcome.body as Tokens);
  });
}

async function refresh(scene: Scene): Promise<void> {
  const user = scene.population.writer(({ refreshToken }) => refreshToken !== null);
  if (!user) return;
  await exclusively(user, async () => {
    const from = user.refreshToken!;
    const outcome = await scene.send({
      kind: 'POST /auth/refresh',
      method: 'POST',
      path: '/auth/refresh',
      body: { refresh_token: from },
      expect: 200,
    });
    if (outcome.is === 'ok') return takeSession(scene, user, outcome.body as Tokens, from);
    user.refreshToken = null;
    if (outcome.is === 'unknown') scene.journal.write({ at: 'unknown', kind: 'logout', token: digest(from) });
    else {
      const got = String(outcome.status);
      scene.recorder.violate({ kind: 'POST /auth/refresh', user: user.id, expected: '200', got });
    }
  });
}

async function logout(scene: Scene): Promise<void> {
  const user = scene.population.writer(({ refreshToken }) => refreshToken !== null);
  if (!user) return;
  await exclusively(user, async () => {
    const token = digest(user.refreshToken!);
    const outcome = await scene.send({
      kind: 'POST /auth/logout',
      method: 'POST',
      path: '/auth/logout',
      body: { refresh_token: user.refreshToken },
      expect: 200,
    });
    user.refreshToken = null;
    if (outcome.is !== 'refused') {
      scene.journal.write({ at: outcome.is === 'ok' ? 'ack' : 'unknown', kind: 'logout', token });
    }
  });
}

async function changePassword(scene: Scene): Promise<void> {
  const { population, journal } = scene;
  const user = population.writer();
  if (!user) return;
  await exclusively(user, async () => {
    const n = ++user.passwordChanges;
    const password = passwordOf(user.id, n);
    journal.write({ at: 'try', kind: 'password', user: user.id, n });
    const outcome = await scene.send({
      kind: 'PUT /users/me/password',
      method: 'PUT',
      path: '/users/me/password',
      token: population.token(user),
      body: { current_password: user.password, new_password: password },
      expect: 200,
    });
    journal.write({ at: verdict(outcome), kind: 'password', user: user.id, n });
    if (outcome.is === 'unknown') user.unclear = true;
    if (outcome.is === 'ok') user.password = password;
  });
}

/** The legacy system gives the same refresh token back; the auth service another one, and then the old one is dead. */
function takeSession(scene: Scene, user: User, tokens: Tokens, from?: string): void {
  user.accessToken = tokens.access_token;
  user.refreshToken = tokens.refresh_token;
  const replaced = from !== undefined && from !== tokens.refresh_token ? { from: digest(from) } : {};
  const token = digest(tokens.refresh_token);
  scene.journal.write({ at: 'ack', kind: 'session', user: user.id, token, ...replaced });
}

async function exclusively(user: User, write: () => Promise<void>): Promise<void> {
  user.busy = true;
  try {
    await write();
  } finally {
    user.busy = false;
  }
}

function verdict(outcome: Outcome): 'ack' | 'refused' | 'unknown' {
  return outcome.is === 'ok' ? 'ack' : outcome.is;
}

function digest(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}
