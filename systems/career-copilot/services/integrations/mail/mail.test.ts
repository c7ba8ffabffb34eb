import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { contextOf } from '@banyan/connections';
import { createEncryption } from '@banyan/service';
import { type Answer, request } from '../../../kit/testing/request.ts';
import { until } from '../../../kit/testing/until.ts';
import { startWorld, type World } from '../testing/world.ts';
import { newSecret, signed } from '../webhooks/signature.ts';

const SECRET = newSecret();
const SENDER = 'ada@home.example';
const KEYS = randomBytes(32).toString('base64url');
const TOKEN = 'what its owner lets us act with';
const SELF = {
  name: 'self',
  issuer: 'https://career.example',
  client_id: 'integrations',
  scopes: ['read', 'write'],
  redirect_uri: 'https://app.career.example/connected',
};
const APPLICATIONS = [
  { id: 3, company_name: 'Acme GmbH', job_title: 'Data Engineer', status: 'applied' },
  { id: 4, company_name: 'Blue Inc.', job_title: 'Site Manager', status: 'rejected' },
].map((one) => ({
  ...one,
  job_id: 1,
  cover_letter: null,
  applied_at: null,
  created_at: '2026-10-01T10:00:00.000Z',
  updated_at: '2026-10-01T10:00:00.000Z',
}));

let world: World;
/** What the applications service was asked to change, and whether it does. */
const changes: { path: string; token: string; body: Record<string, unknown> }[] = [];
let changesAre = 200;
let users = 0;
let mails = 0;

before(async () => {
  world = await startWorld({
    env: {
      MAIL_DOMAIN: 'in.example.com',
      MAIL_WEBHOOK_SECRET: SECRET,
      ENCRYPTION_KEYS: KEYS,
      OAUTH_PROVIDERS: JSON.stringify([SELF]),
      MAIL_MOVES_PROVIDER: SELF.name,
      MAIL_LOOK_MS: '20',
    },
    answer: async (asked, response) => {
      const send = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (asked.method === 'GET')
        return send(200, { applications: APPLICATIONS, total_count: 2, page: 1, limit: 100, total_pages: 1 });
      let text = '';
      for await (const chunk of asked) text += chunk;
      changes.push({ path: asked.url!, token: asked.headers.authorization!, body: JSON.parse(text) });
      send(changesAre, changesAre === 200 ? APPLICATIONS[0] : { detail: 'Status transition not allowed' });
    },
  });
});

after(async () => await world?.stop());

/** Somebody who has an address. */
async function someone(): Promise<{ id: number; address: string }> {
  const id = ++users;
  const { status, body } = await world.call(id, 'PUT', '/mail/address', { senders: [SENDER] });
  assert.equal(status, 200);
  return { id, address: body.address };
}

const mailOf = (subject: string, text: string, more = '') =>
  `From: Acme Jobs <jobs@acme.example>\r\nTo: ada@home.example\r\nSubject: ${subject}\r\nMessage-ID: <${++mails}@acme.example>\r\n${more}\r\n${text}`;

const REJECTED = () =>
  mailOf(
    'Your application at Acme',
    'Dear Ada,\r\n\r\nUnfortunately, we will not be moving forward. All the best.',
  );

/** As the mail server posts it. */
async function post(
  to: string,
  raw: string,
  {
    from = SENDER,
    spf = 'pass',
    secret = SECRET,
    dkim,
  }: { from?: string; spf?: string; secret?: string; dkim?: string[] } = {},
): Promise<Answer> {
  const body = JSON.stringify({
    envelope_from: from,
    envelope_to: to,
    spf,
    dkim,
    raw: Buffer.from(raw).toString('base64'),
  });
  const headers = {
    'content-type': 'application/json',
    ...signed([secret], { id: `m${++mails}`, at: new Date(), body }),
  };
  const response = await fetch(`${world.service.url}/api/v1/integrations/mail/receive`, {
    method: 'POST',
    headers,
    body,
  });
  return { status: response.status, body: await response.json() };
}

describe('a mail that somebody forwards', () => {
  it('becomes a proposal with the sentence that decided it, which is confirmed with their own token', async () => {
    const { id, address } = await someone();
    assert.equal((await post(address, REJECTED())).body.outcome, 'proposal');
    const { body: list } = await world.call(id, 'GET', '/mail/proposals?state=open');
    assert.equal(list.items.length, 1);
    const [proposal] = list.items;
    const { body: shown } = await world.call(id, 'GET', `/mail/proposals/${proposal.id}`);
    assert.deepEqual(
      [shown.kind, shown.proposed_status, shown.sentence, shown.sender],
      ['rejection', 'rejected', 'Unfortunately, we will not be moving forward.', 'jobs@acme.example'],
    );
    assert.deepEqual(
      shown.candidates.map(({ application_id }: { application_id: number }) => application_id),
      [3],
    );
    changes.length = 0;
    const confirm = () =>
      world.call(id, 'POST', `/mail/proposals/${proposal.id}/confirm`, { application_id: 3 });
    const confirmed = await confirm();
    assert.deepEqual([confirmed.body.state, confirmed.body.application_id], ['confirmed', 3]);
    assert.equal(changes.length, 1);
    const [{ path, token, body }] = changes as [(typeof changes)[number]];
    assert.equal(path, '/api/v1/applications/3/status');
    assert.deepEqual(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sub, String(id));
    assert.equal(body.status, 'rejected');
    assert.match(String(body.note), /Unfortunately/);
    assert.equal((await confirm()).status, 409);
    assert.deepEqual(await world.said('MailRecognized'), [
      { userId: id, proposalId: proposal.id, kind: 'rejection' },
    ]);
  });

  it('passed on by hand is read as the mail that was passed on', async () => {
    const { id, address } = await someone();
    const text = [
      'FYI',
      '',
      '---------- Forwarded message ---------',
      'From: Blue People <people@blue.example>',
      'Date: Mon, 2 Nov 2026',
      'Subject: Interview: Site Manager',
      'To: <ada@home.example>',
      '',
      'We would like to invite you to an interview.',
    ].join('\r\n');
    const raw = mailOf('Fwd: Interview: Site Manager', text).replace(
      'Acme Jobs <jobs@acme.example>',
      `Ada <${SENDER}>`,
    );
    assert.equal((await post(address, raw)).body.outcome, 'proposal');
    const { body: list } = await world.call(id, 'GET', '/mail/proposals');
    const [{ kind, subject, sender }] = list.items;
    assert.deepEqual(
      [kind, subject, sender],
      ['interview', 'Interview: Site Manager', 'people@blue.example'],
    );
    const { body: shown } = await world.call(id, 'GET', `/mail/proposals/${list.items[0].id}`);
    assert.equal(shown.candidates[0].application_id, 4);
  });

  it('in HTML only, encoded and in German is read too', async () => {
    const { id, address } = await someone();
    const html =
      '<style>p{}</style><p>Sehr geehrte Frau K=C3=B6nig,</p><p>leider k=C3=B6nnen wir Sie nicht ber=C3=BCcksichtigen.</p>';
    const more = 'Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n';
    assert.equal(
      (await post(address, mailOf('=?utf-8?Q?Ihre_Bewerbung?=', html, more))).body.outcome,
      'proposal',
    );
    const { body } = await world.call(id, 'GET', '/mail/proposals');
    assert.equal(body.items[0].sentence, 'leider können wir Sie nicht berücksichtigen.');
  });

  it('makes one proposal however often it comes, and none if it says nothing', async () => {
    const { id, address } = await someone();
    const raw = REJECTED();
    const outcomes = [];
    for (const mail of [raw, raw, mailOf('Lunch', 'At noon?')])
      outcomes.push((await post(address, mail)).body.outcome);
    assert.deepEqual(outcomes, ['proposal', 'nothing', 'nothing']);
    assert.equal((await world.call(id, 'GET', '/mail/proposals')).body.items.length, 1);
  });

  it('is refused from an envelope that is not theirs or was not checked, and to an address that is nobody`s', async () => {
    const { id, address } = await someone();
    const reasonOf = async (...sent: Parameters<typeof post>) => (await post(...sent)).body.reason;
    assert.equal(await reasonOf(address, REJECTED(), { from: 'eve@evil.example' }), 'NOT_A_SENDER');
    assert.equal(await reasonOf(address, REJECTED(), { spf: 'fail' }), 'NOT_AUTHENTICATED');
    assert.equal(await reasonOf('my-0000@in.example.com', REJECTED()), 'NO_SUCH_ADDRESS');
    assert.equal(
      await reasonOf(address.replace('in.example.com', 'other.example'), REJECTED()),
      'NO_SUCH_ADDRESS',
    );
    const { body: rotated } = await world.call(id, 'POST', '/mail/address/rotate');
    assert.equal(await reasonOf(address, REJECTED()), 'NO_SUCH_ADDRESS');
    assert.equal(
      (await post(rotated.address, REJECTED(), { from: 'Ada+caf_=x=y@HOME.example' })).body.outcome,
      'proposal',
    );
    assert.equal((await world.call(id, 'GET', '/mail/proposals')).body.items.length, 1);
  });

  it('is taken from the mail server only', async () => {
    const { address } = await someone();
    assert.equal((await post(address, REJECTED(), { secret: newSecret() })).status, 401);
    const plain = await request(world.service.url, 'POST', '/integrations/mail/receive', { body: {} });
    assert.equal(plain.status, 401);
  });
});

describe('a mail that moves an application by itself', () => {
  const SIGNED = { dkim: ['acme.example'] };
  async function allowing(): Promise<{ id: number; address: string }> {
    const one = await someone();
    await world.service.pool.query(
      `INSERT INTO oauth_connections (user_id, provider, account, scopes, access_token) VALUES ($1, 'self', '', '{}', $2)`,
      [one.id, await createEncryption(KEYS).encrypt(TOKEN, contextOf(one.id))],
    );
    const set = await world.call(one.id, 'PUT', '/mail/address', { senders: [SENDER], moves: true });
    assert.deepEqual([set.status, set.body.moves], [200, true]);
    return one;
  }
  const only = async (id: number) => (await world.call(id, 'GET', '/mail/proposals')).body.items[0];
  /** The time in which it can be stopped is over. */
  const waited = (id: number) =>
    world.service.pool.query('UPDATE mail_proposals SET moves_at = now() WHERE user_id = $1', [id]);

  it('does so once its time has come, with what its owner has allowed, and once', async () => {
    const { id, address } = await allowing();
    await post(address, REJECTED(), SIGNED);
    const { state, moves_at, moved_by_mail } = await only(id);
    assert.deepEqual([state, moved_by_mail], ['open', false]);
    assert.ok(Date.parse(moves_at) > Date.now());
    changes.length = 0;
    await waited(id);
    const moved = await until(async () => {
      const now = await only(id);
      return now.state !== 'open' && now;
    });
    assert.deepEqual([moved.state, moved.moved_by_mail, moved.application_id], ['confirmed', true, 3]);
    assert.deepEqual(
      changes.map(({ path, token, body }) => [path, token, body.status]),
      [['/api/v1/applications/3/status', `Bearer ${TOKEN}`, 'rejected']],
    );
  });

  it('does not when there is a doubt about who has written it', async () => {
    const { id, address } = await allowing();
    const byHand = mailOf(
      'Fwd: Your application',
      `FYI\r\n\r\n---------- Forwarded message ---------\r\nFrom: Acme <jobs@acme.example>\r\nSubject: Acme\r\n\r\nUnfortunately, we will not be moving forward.`,
    );
    for (const [raw, how] of [
      [REJECTED(), {}],
      [REJECTED(), { dkim: ['evil.example', 'example', 'notacme.example'] }],
      [byHand, { dkim: ['acme.example', 'home.example'] }],
    ] satisfies [string, { dkim?: string[] }][]) {
      assert.equal((await post(address, raw, how)).body.outcome, 'proposal');
      assert.equal((await only(id)).moves_at, null);
    }
  });

  it('does not once its owner has said no, of this one or of all', async () => {
    const { id, address } = await allowing();
    await post(address, REJECTED(), SIGNED);
    const dismissed = await world.call(id, 'POST', `/mail/proposals/${(await only(id)).id}/dismiss`);
    assert.equal(dismissed.body.moves_at, null);
    await post(address, REJECTED(), SIGNED);
    assert.notEqual((await only(id)).moves_at, null);
    await world.call(id, 'PUT', '/mail/address', { senders: [SENDER], moves: false });
    assert.equal((await only(id)).moves_at, null);
    await post(address, REJECTED(), SIGNED);
    assert.equal((await only(id)).moves_at, null);
  });

  it('stays a proposal when the application does not take the step, and when nobody may act', async () => {
    const { id, address } = await allowing();
    await post(address, REJECTED(), SIGNED);
    changesAre = 400;
    try {
      await waited(id);
      await until(async () => (await only(id)).moves_at === null);
    } finally {
      changesAre = 200;
    }
    assert.equal((await only(id)).state, 'open');
    const nobody = await someone();
    const refused = await world.call(nobody.id, 'PUT', '/mail/address', { senders: [SENDER], moves: true });
    assert.deepEqual([refused.status, refused.body.code], [409, 'MAY_NOT_ACT']);
  });
});

describe('a proposal', () => {
  it('whose step the application does not take stays open; one that was made already is confirmed', async () => {
    const { id, address } = await someone();
    await post(address, REJECTED());
    const { body: list } = await world.call(id, 'GET', '/mail/proposals');
    const path = `/mail/proposals/${list.items[0].id}`;
    changesAre = 400;
    try {
      const refused = await world.call(id, 'POST', `${path}/confirm`, { application_id: 3 });
      assert.deepEqual([refused.status, refused.body.code], [409, 'STEP_REFUSED']);
      assert.equal((await world.call(id, 'GET', path)).body.state, 'open');
      // It is rejected already.
      assert.equal((await world.call(id, 'POST', `${path}/confirm`, { application_id: 4 })).status, 200);
    } finally {
      changesAre = 200;
    }
  });

  it('is seen, confirmed and dismissed by whose it is only', async () => {
    const [ada, grace] = [await someone(), await someone()];
    await post(ada.address, REJECTED());
    const { body: list } = await world.call(ada.id, 'GET', '/mail/proposals');
    const path = `/mail/proposals/${list.items[0].id}`;
    assert.equal((await world.call(grace.id, 'GET', path)).status, 404);
    assert.equal((await world.call(grace.id, 'POST', `${path}/confirm`, { application_id: 3 })).status, 404);
    assert.equal((await world.call(grace.id, 'POST', `${path}/dismiss`)).status, 404);
    assert.equal((await world.call(ada.id, 'POST', `${path}/dismiss`)).body.state, 'dismissed');
    assert.equal((await world.call(ada.id, 'POST', `${path}/confirm`, { application_id: 3 })).status, 409);
  });
});
