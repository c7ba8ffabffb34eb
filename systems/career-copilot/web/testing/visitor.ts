import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Chromium, Person, PersonOptions, Refused } from '@banyan/ui/testing';
import type { Credentials } from './demo-data.ts';
import { tellingOfServices } from './probes.ts';

type Options = Omit<PersonOptions, 'allowed'>;

/** Somebody who has not logged in. Of answers that refuse something, those that pages ask for on purpose are no problem. */
export async function stranger(chromium: Chromium, options: Options): Promise<Person> {
  return tellingOfServices(await chromium.person({ ...options, allowed: isAskedForOnPurpose }));
}

/** Somebody who is logged in, as after a reload: without the way over the page of the login. */
export async function visitor(chromium: Chromium, options: Options, who: Credentials): Promise<Person> {
  const person = await stranger(chromium, options);
  await openSession(person, options.origin, '/session', who);
  return person;
}

/** Somebody who has an account since now, and nothing in it. */
export async function newcomer(chromium: Chromium, options: Options): Promise<Person> {
  const person = await stranger(chromium, options);
  const account = { email: `ada-${randomUUID()}@example.com`, password: PASSWORD, full_name: 'Ada Lovelace' };
  await openSession(person, options.origin, '/session/registration', account);
  return person;
}

export const PASSWORD = 'correct horse battery';

async function openSession(person: Person, origin: string, path: string, data: object): Promise<void> {
  const headers = { origin, 'sec-fetch-site': 'same-origin' };
  const answer = await person.context.request.post(origin + path, { data, headers });
  assert.ok(answer.ok(), `${path} answers ${answer.status()}: ${await answer.text()}`);
}

/**
 * Pages find out by asking which routes there are: those of services that have not moved yet are nowhere, or `/jobs/{id}` takes their path for its own.
 * And what is written by the route of a service whose users have gone back is written by the one that both sides have.
 */
function isAskedForOnPurpose({ method, status, url }: Refused): boolean {
  if (status === 404 && BY_EITHER.test(`${method} ${url.pathname}`)) return true;
  const isMissing = status === 404 || (status === 422 && url.pathname === '/api/v1/jobs/match-settings');
  return isMissing && (method === 'GET' || method === 'HEAD');
}

const BY_EITHER =
  /^(POST \/api\/v2\/applications|PATCH \/api\/v2\/applications\/\d+\/status|PUT \/api\/v1\/notifications\/feed\/([^/]+\/)?read)$/;
