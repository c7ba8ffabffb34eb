import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { startWorld, type World } from '../../systems/career-copilot/services/integrations/testing/world.ts';
import { findProgram, oidcProvider } from './programs.ts';
import { freePort, type Server, startServer } from './server.ts';

const REDIRECT = 'http://127.0.0.1/connected';
const ADA = 1;

let provider: Server;
let world: World;

before(async () => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const program = [findProgram(oidcProvider)!, String(port)];
  provider = await startServer(process.execPath, program, `${issuer}/.well-known/openid-configuration`);
  const client = { client_id: 'app', client_secret: 'secret', redirect_uri: REDIRECT };
  const parameters = { prompt: 'consent' };
  const scopes = ['openid', 'email', 'offline_access'];
  const OAUTH_PROVIDERS = JSON.stringify([{ name: 'judge', issuer, ...client, scopes, parameters }]);
  world = await startWorld({ env: { OAUTH_PROVIDERS } });
});

after(async () => {
  await world?.stop();
  await provider?.stop();
});

/** What a browser does with a person in front of it: says who they are, consents, comes back. */
async function throughTheBrowser(from: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = new URL(from);
  let form: string | undefined;
  for (let steps = 0; steps < 20; steps++) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      cookies.set(name!, value!);
    }
    const location = response.headers.get('location');
    if (location === null) {
      const page = await response.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      assert.ok(prompt, `no page to fill in: ${response.status} ${page.slice(0, 500)}`);
      form = `prompt=${prompt}&login=ada&password=any`;
      const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
      if (action) url = new URL(action.replaceAll('&amp;', '&'), url);
      continue;
    }
    form = undefined;
    url = new URL(location, url);
    if (url.href.startsWith(REDIRECT)) return url.search.slice(1);
  }
  throw new Error('the provider leads on and on');
}

it('an account at a provider of others is connected, refreshed by tokens that are good once, and let go', async () => {
  const { body: begun } = await world.call(ADA, 'POST', '/connections', { provider: 'judge' });
  const query = await throughTheBrowser(begun.authorization_url);
  const made = await world.call(ADA, 'POST', '/connections/complete', { query });
  assert.deepEqual([made.status, made.body.account], [201, 'ada@example.org']);
  const { id } = made.body;
  const check = async () => (await world.call(ADA, 'POST', `/connections/${id}/check`)).status;
  assert.equal(await check(), 204);
  for (let times = 0; times < 3; times++) {
    await world.service.pool.query('UPDATE oauth_connections SET expires_at = now()');
    const all = await Promise.all([check(), check(), check()]);
    assert.deepEqual(all, [204, 204, 204]);
  }
  const { rows } = await world.service.pool.query('SELECT * FROM oauth_connections WHERE id = $1', [id]);
  assert.equal((await world.call(ADA, 'DELETE', `/connections/${id}`)).status, 204);
  // What was taken back is not taken any more, should anybody still have it.
  await world.service.pool.query(
    `INSERT INTO oauth_connections SELECT * FROM jsonb_populate_record(NULL::oauth_connections, $1)`,
    [JSON.stringify({ ...rows[0], expires_at: new Date() })],
  );
  assert.equal((await world.call(ADA, 'POST', `/connections/${id}/check`)).body.code, 'CONNECTION_LOST');
});
