import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CalDavServer, calDavContract } from '@banyan/calendars/testing';
import { ofInterviews } from '../../systems/career-copilot/services/integrations/calendar/system.ts';
import { ofSessions } from '../../systems/skillswap/services/session/calendar/system.ts';
import { findProgram, radicale } from './programs.ts';
import { freePort, startServer } from './server.ts';

const login = { username: 'ada', password: 'an app password' };

for (const { ours } of [ofInterviews, ofSessions]) calDavContract(startRadicale, ours);

/** A real server, with one calendar. */
async function startRadicale(): Promise<CalDavServer> {
  const directory = mkdtempSync(join(tmpdir(), 'radicale-'));
  const users = join(directory, 'users');
  writeFileSync(users, `${login.username}:${login.password}\n`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const auth = [
    '--auth-type',
    'htpasswd',
    '--auth-htpasswd-filename',
    users,
    '--auth-htpasswd-encryption',
    'plain',
  ];
  const where = [
    '--server-hosts',
    `127.0.0.1:${port}`,
    '--storage-filesystem-folder',
    join(directory, 'data'),
  ];
  const server = await startServer(
    findProgram(radicale)!,
    ['--config', '', ...where, ...auth],
    `${url}/.web/`,
  );
  const home = `${url}/ada/work/`;
  const ask = async (method: string, address: string, body?: string) => {
    const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const answer = await fetch(address, { method, headers: { authorization }, ...(body && { body }) });
    if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${address}: ${answer.status}`);
    return answer;
  };
  await ask(
    'MKCALENDAR',
    home,
    '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop><d:displayname>Work</d:displayname></d:prop></d:set></c:mkcalendar>',
  );
  return {
    url,
    login,
    put: async (name, ics) => void (await ask('PUT', home + name, ics)),
    get: async (name) => {
      const answer = await ask('GET', home + name);
      return answer.ok ? await answer.text() : undefined;
    },
    remove: async (name) => void (await ask('DELETE', home + name)),
    stop: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
