import type { Person } from '@banyan/ui/testing';
import type { Response } from 'playwright-core';
import { PROBES } from '../src/api/features.ts';

/** The last ones say what a failure is about. */
const LINES = 40;
/** Of what a refusal says. */
const LONGEST = 160;

/**
 * As the person, whose failures say besides what their pages heard of which services there are: each answer to a question for a service, and each of a
 * read that nobody has or that another route took for its own.
 */
export function tellingOfServices(person: Person): Person {
  const heard: { line: string }[] = [];
  person.context.on('response', (response) => {
    if (!saysWhatIsThere(response)) return;
    const one = { line: nameOf(response) };
    heard.push(one);
    if (heard.length > LINES) heard.shift();
    if (response.ok()) return;
    const say = (text: string) => {
      one.line += `: ${text.slice(0, LONGEST)}`;
    };
    // A page that is left takes the body along.
    response.text().then(say, () => say('nobody knows any more what it said'));
  });
  return {
    ...person,
    watched: async (act) => {
      try {
        return await person.watched(act);
      } catch (cause) {
        const lines = ['The pages heard of services:', ...heard.map(({ line }) => line)];
        throw new Error([(cause as Error).message, ...lines].join('\n  '), { cause });
      }
    },
  };
}

const PROBED: ReadonlySet<string> = new Set(Object.values(PROBES));

function saysWhatIsThere(response: Response): boolean {
  const { pathname } = new URL(response.url());
  const method = response.request().method();
  if (PROBED.has(`${method} ${pathname}`)) return true;
  return method === 'GET' && pathname.startsWith('/api/') && [404, 422].includes(response.status());
}

function nameOf(response: Response): string {
  const { pathname, search } = new URL(response.url());
  const at = new Date().toISOString().slice(11, -1);
  return `${at} ${response.status()} ${response.request().method()} ${pathname}${search}`;
}
