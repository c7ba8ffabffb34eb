import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RunningService } from '@banyan/service';
import { strToU8, zipSync } from 'fflate';
import { API } from '../../api/common.ts';
import { docxOf, pdfOf } from '../../kit/resumes/testing/files.ts';
import { type GatewayDouble, startGatewayDouble } from '../../kit/testing/gateway.ts';
import { type Json, request } from '../../kit/testing/request.ts';
import { variablesOf } from '../../kit/testing/variables.ts';
import { users } from './main.ts';

let service: RunningService;
let gateway: GatewayDouble;

before(async () => {
  gateway = await startGatewayDouble();
  service = await users.start(await variablesOf('users', { API_URL: gateway.url, AUTH_URL: gateway.url }));
});

after(async () => {
  gateway?.close();
  await service?.close();
});

let people = 0;
const person = async () => {
  const id = ++people;
  await service.pool.query(
    `INSERT INTO profiles (user_id, email, first_name, phone) VALUES ($1, $2, 'Ada', '+44 1')`,
    [id, `ada-${id}@example.com`],
  );
  return id;
};
const call = (as: number, method: string, body?: unknown) =>
  request(service.url, method, '/users/me/resume', {
    token: gateway.token(as),
    ...(body === undefined ? {} : { body }),
  });
const send = async (as: number, file: Uint8Array<ArrayBuffer>, type: string) => {
  const response = await fetch(`${service.url}${API}/users/me/resume`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.token(as)}`, 'content-type': type },
    body: file,
  });
  return { status: response.status, body: (await response.json()) as Json };
};

const LINES = ['Ada King', 'Data Engineer', 'Paris, France', 'Skills', 'SQL, Python'];
const PROFILE = {
  full_name: 'Ada King',
  location: 'Paris',
  headline: 'Data Engineer',
  skills: ['SQL', 'Python'],
};

describe('a résumé', () => {
  it('is understood, whatever type it is sent as, and nothing of it is kept', async () => {
    const id = await person();
    for (const [kind, file] of [
      ['pdf', pdfOf([LINES])],
      ['docx', docxOf(LINES)],
      ['text', Buffer.from(LINES.join('\n'))],
    ] as const) {
      const { status, body } = await send(id, Uint8Array.from(file), 'application/octet-stream');
      assert.deepEqual([status, body.kind, body.profile], [200, kind, PROFILE]);
      assert.equal(body.resume.basics.name, 'Ada King');
      assert.ok(body.confidence['basics.name'] > 0.5);
    }
    const linkedIn = zipSync({ 'Profile.csv': strToU8('First Name,Last Name\nAda,King\n') });
    const { body } = await send(id, Uint8Array.from(linkedIn), 'application/zip');
    assert.deepEqual([body.kind, body.profile], ['linkedin', { full_name: 'Ada King' }]);
    const json = await call(id, 'POST', { basics: { name: 'Ada King' } });
    assert.deepEqual([json.body.kind, json.body.profile], ['json', { full_name: 'Ada King' }]);
    assert.equal((await call(id, 'GET')).status, 404);
    const { rows } = await service.pool.query(
      'SELECT first_name, last_name FROM profiles WHERE user_id = $1',
      [id],
    );
    assert.deepEqual(rows, [{ first_name: 'Ada', last_name: null }]);
  });

  it('that cannot be read is refused with what is wrong', async () => {
    const id = await person();
    const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0]);
    for (const [file, type, status, code] of [
      [png, 'image/png', 415, 'UNKNOWN_KIND'],
      [Uint8Array.from(Buffer.from('{"basics":[]}')), 'application/json', 422, 'NOT_THE_SCHEMA'],
      [Uint8Array.from(Buffer.from(' ')), 'text/plain', 422, 'NO_TEXT'],
    ] as const) {
      const refused = await send(id, file, type);
      assert.deepEqual([refused.status, refused.body.code], [status, code]);
    }
    assert.equal((await send(id, new Uint8Array(5 * 1024 * 1024 + 1), 'text/plain')).status, 413);
    assert.equal((await request(service.url, 'POST', '/users/me/resume', { body: {} })).status, 401);
  });

  it('that is confirmed is kept, and what its owner wants of it is in the profile, told as any other change', async () => {
    const id = await person();
    const resume = { basics: { name: 'Ada King' }, skills: [{ name: 'SQL' }] };
    const { body } = await call(id, 'PUT', { resume, profile: { full_name: 'Ada King', skills: ['SQL'] } });
    assert.deepEqual(
      [body.profile.full_name, body.profile.skills, body.profile.phone],
      ['Ada King', ['SQL'], '+44 1'],
    );
    assert.deepEqual((await call(id, 'GET')).body.resume, resume);
    const { rows } = await service.pool.query(
      `SELECT message -> 'data' -> 'changed' AS changed FROM banyan_events.outbox WHERE message -> 'data' ->> 'userId' = $1`,
      [String(id)],
    );
    assert.deepEqual(rows, [{ changed: ['firstName', 'lastName', 'skills'] }]);
    assert.equal((await call(id, 'PUT', { resume: { basics: { name: 7 } } })).status, 200);
    assert.equal((await call(id, 'PUT', { resume: { work: 'none' } })).status, 400);
    await call(id, 'PUT', { resume: {} });
    assert.deepEqual((await call(id, 'GET')).body.resume, {});
    assert.equal((await call(id, 'DELETE')).status, 204);
    assert.equal((await call(id, 'GET')).status, 404);
  });
});
