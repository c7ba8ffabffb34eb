import { labelsBy, type Told, tellingOf } from '@banyan/harness/testing/story';
import { type Json, request } from './request.ts';

/** As JSON Resume. */
const RESUME = {
  basics: { name: 'Ada Story', label: 'Engineer', location: { city: 'Berlin' } },
  work: [{ name: 'Acme', position: 'Engineer', startDate: '2019-04' }],
  skills: [{ name: 'Backend', keywords: ['PostgreSQL', 'TypeScript'] }],
};

type Call = { token?: string; body?: unknown };

/**
 * A person looks for a job, from the registration to the offer, through the public API. What others than the one asked must have heard of
 * (the notification, the dashboard) is asked for until it is there; what it then says counts.
 */
export async function tellStory(origin: string, person: string): Promise<Told[]> {
  const { told, tell, tellRefused, tellWhen } = tellingOf(labelsOf(person));
  const ask = (method: string, path: string, call: Call = {}) => request(origin, method, path, call);

  const email = `${person}@story.example`;
  const password = 'correct horse battery';
  tell(
    'registers',
    await ask('POST', '/auth/register', { body: { email, password, full_name: 'Ada Story' } }),
  );
  const { access_token: token } = tell(
    'logs in',
    await ask('POST', '/auth/login', { body: { email, password } }),
  );
  const asPerson = (method: string, path: string, body?: unknown) => ask(method, path, { token, body });

  const { profile } = tell('has their résumé read', await asPerson('POST', '/integrations/resume', RESUME));
  tell('confirms what was understood', await asPerson('PUT', '/users/me', profile));
  tell('looks at their profile', await asPerson('GET', '/users/me'));

  const { jobs } = tell('looks for a job', await ask('GET', '/jobs?q=engineer&limit=5'));
  const [{ id: jobId }] = jobs;
  const { company } = tell('reads the posting', await ask('GET', `/jobs/${jobId}`));
  tell('reads of the company', await ask('GET', `/companies/${company.id}`));

  const { id } = tell(
    'saves it',
    await asPerson('POST', '/applications', { job_id: jobId, status: 'saved' }),
  );
  tellRefused(
    'is told that they have it already',
    await asPerson('POST', '/applications', { job_id: jobId }),
  );
  tell(
    'notes something',
    await asPerson('POST', `/applications/${id}/notes`, { body: 'Ask for the team', is_private: true }),
  );
  for (const status of ['applied', 'screening', 'interview', 'offer'])
    tell(
      `comes to ${status}`,
      await asPerson('PATCH', `/applications/${id}/status`, { status, note: `now ${status}` }),
    );
  tell('sees how it went', await asPerson('GET', `/applications/${id}/timeline`));
  tell('reads the notes', await asPerson('GET', `/applications/${id}/notes`));
  tell('sees all applications', await asPerson('GET', '/applications'));

  const notifications = () => asPerson('GET', '/notifications?limit=50');
  const told4 = await tellWhen(
    'is told of each step',
    notifications,
    ({ notifications }) => notifications.length >= 4,
  );
  tell('has read one', await asPerson('PUT', `/notifications/${told4.notifications[0].id}/read`));
  tell('has read all', await asPerson('PUT', '/notifications/read-all'));
  await tellWhen(
    'sees where they stand',
    () => asPerson('GET', '/analytics/summary'),
    ({ by_status }) => by_status.offer === 1,
  );
  await tellWhen(
    'sees how far they came',
    () => asPerson('GET', '/analytics/funnel'),
    ({ stages }) => stages.every(({ stage, count }: Json) => count === 1 || stage === 'accepted'),
  );
  await tellWhen(
    'sees their weeks',
    () => asPerson('GET', '/analytics/weekly'),
    ({ weeks }) => weeks.length === 1,
  );
  return told;
}

/** Without what differs by nature: who it is, ids of what they made, tokens, moments. */
const labelsOf = (person: string) =>
  labelsBy((key, value) => {
    if (/^(id|user_id|week|.*_token|.*_at)$/.test(key)) return typeof value;
    return typeof value === 'string' ? value.replaceAll(person, 'person') : value;
  });
