import assert from 'node:assert/strict';
import { it } from 'node:test';
import Fastify, { LogController } from 'fastify';
import { Registry } from 'prom-client';
import { Type } from 'typebox';
import { loggerOptions } from '../telemetry/logging.ts';
import { answerErrors } from './answers.ts';
import { createApp } from './app.ts';
import { problemAnswer, ServiceError } from './errors.ts';

it('writes nothing of what is the fault of who asks, however often, and one line with its cause of what is ours', async () => {
  const lines: string[] = [];
  const app = Fastify({
    logger: { ...loggerOptions('test', 'trace'), stream: { write: (line: string) => void lines.push(line) } },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 100,
  });
  answerErrors(app, problemAnswer);
  app.get('/gone', async () => {
    throw new ServiceError('GONE', 404, 'not here');
  });
  const body = { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } };
  app.post('/body', { schema: { body } }, async () => 'ok');
  app.get('/broken', async () => {
    throw new Error('the cause');
  });
  const json = { 'content-type': 'application/json' };
  const theirs = [
    { method: 'GET', url: '/gone' },
    { method: 'POST', url: '/body', headers: json, payload: '{}' },
    { method: 'POST', url: '/body', headers: json, payload: '{"a":' },
    { method: 'POST', url: '/body', headers: json, payload: `{"a":"${'x'.repeat(200)}"}` },
    { method: 'POST', url: '/body', headers: { 'content-type': 'text/odd' }, payload: 'x' },
  ] as const;
  const statuses = [];
  for (let round = 0; round < 20; round++)
    for (const request of theirs) statuses.push((await app.inject(request)).statusCode);
  assert.deepEqual([...new Set(statuses)].sort(), [400, 404, 413, 415]);
  assert.deepEqual(lines, []);
  assert.equal((await app.inject('/broken')).statusCode, 500);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /the cause/);
  await app.close();
});

it('takes no date and time that JavaScript or PostgreSQL would not', async () => {
  const { app } = await createApp({
    name: 'test',
    logLevel: 'silent',
    checks: {},
    partial: {},
    metrics: new Registry(),
  });
  const querystring = Type.Object({ at: Type.String({ format: 'date-time' }) });
  app.get('/at', { schema: { querystring } }, async () => 'ok');
  const status = async (at: string) => (await app.inject({ url: '/at', query: { at } })).statusCode;
  for (const at of ['2026-11-27T10:00:00Z', '2026-11-27t10:00:00.5+15:59', '0001-01-01T00:00:00Z'])
    assert.equal(await status(at), 200, at);
  for (const at of [
    'soon',
    '2026-02-30T00:00:00Z',
    '0000-06-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '2026-12-31T23:59:60Z',
    '2026-11-27T10:00:00+23:00',
    '2026-11-27T10:00:00-16:00',
  ])
    assert.equal(await status(at), 400, at);
  await app.close();
});
