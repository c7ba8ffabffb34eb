import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import Fastify, { type FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { RegisterRequest } from '../../../api/auth.ts';
import { NewSavedSearch } from '../../../api/saved-searches.ts';
import { NewAction, NewContact } from '../../../api/tracking.ts';
import { ProfileChanges } from '../../../api/users.ts';
import { ApiError } from '../api/errors.ts';
import { bodyOf, problemsOf } from './check.ts';
import { createDrafts, KEPT_MS, versionOf, withoutSecrets } from './drafts.ts';
import { errorsOf, resolverOf } from './resolver.ts';
import { putProblems } from './server-problems.ts';

const SCHEMAS: Record<string, TSchema> = {
  RegisterRequest,
  NewSavedSearch,
  NewContact,
  NewAction,
  ProfileChanges,
};

describe('a form', () => {
  /** Holds bodies against the same schemas as the services do. */
  let server: FastifyInstance;
  before(() => {
    server = Fastify();
    for (const [name, body] of Object.entries(SCHEMAS))
      server.post(`/${name}`, { schema: { body } }, async () => ({}));
  });
  after(() => server.close());

  it('lets nothing pass that the server would refuse, and holds back nothing that it would take', async () => {
    const text = fc.oneof(
      fc.constantFrom(
        '',
        'Ada',
        'ada@example.com',
        ' ada@example.com ',
        'ada@',
        'ada@host',
        '"a b"@example.com',
        'ada@[127.0.0.1]',
        'a.b+c@d-e.example.org',
        '2026-05-01T10:00:00Z',
        'soon',
      ),
      fc.string({ maxLength: 5 }),
      fc.string({ minLength: 250, maxLength: 300 }),
    );
    const value = fc.oneof(text, fc.constantFrom(null, undefined, NaN, true, 7, 1.5), fc.array(text));
    for (const [name, schema] of Object.entries(SCHEMAS)) {
      const fields = Object.keys((schema as unknown as { properties: object }).properties);
      const entered = fc.record(Object.fromEntries(fields.map((field) => [field, value])));
      await fc.assert(
        fc.asyncProperty(entered, async (values) => {
          const body = bodyOf(schema, values) as object;
          const problems = problemsOf(schema, body);
          const { statusCode } = await server.inject({ method: 'POST', url: `/${name}`, payload: body });
          // It takes numbers for text and one value for a list, which no field of a form makes.
          if (problems.some(({ keyword }) => keyword === 'type')) return;
          assert.equal(problems.length === 0, statusCode === 200, JSON.stringify({ name, body, problems }));
        }),
        { numRuns: 200 },
      );
    }
  });

  it('leaves out what is empty, empties what may be empty, and misses what must be there', () => {
    assert.deepEqual(bodyOf(ProfileChanges, { full_name: 'Ada', phone: '', other: 1 }), {
      full_name: 'Ada',
      phone: null,
    });
    assert.deepEqual(bodyOf(NewContact, { name: 'Ada', role: '', email: '' }), { name: 'Ada' });
    assert.deepEqual(
      problemsOf(RegisterRequest, bodyOf(RegisterRequest, { email: 'ada', password: 'short' })),
      [
        { in: 'body', path: ['full_name'], keyword: 'required', limit: null },
        { in: 'body', path: ['email'], keyword: 'email', limit: null },
        { in: 'body', path: ['password'], keyword: 'minLength', limit: 8 },
      ],
    );
  });

  it('has each problem at its field, however deep', () => {
    const nested = Type.Object({
      a: Type.Object({ b: Type.String({ maxLength: 2 }) }),
      list: Type.Array(Type.String({ maxLength: 1 })),
    });
    const resolve = resolverOf(nested);
    assert.deepEqual(resolve({ a: { b: 'long' }, list: ['x', 'yy'] }, undefined, {} as never), {
      values: {},
      errors: {
        a: { b: { type: 'maxLength', message: '2' } },
        list: { 1: { type: 'maxLength', message: '1' } },
      },
    });
    assert.deepEqual(resolve({ a: { b: 'ok' }, list: [], more: 1 }, undefined, {} as never), {
      values: { a: { b: 'ok' }, list: [] },
      errors: {},
    });
    assert.deepEqual(errorsOf([{ in: 'body', path: [], keyword: 'type', limit: null }]), {
      root: { type: 'type', message: '' },
    });
  });

  it('puts what the server says on its fields, and says when something has none', () => {
    const put = (error: ApiError, fieldOf = {}) => {
      const errors: [string, unknown, boolean][] = [];
      const whole = putProblems(
        {
          getValues: (() => ({ email: '', criteria: { q: '' } })) as never,
          setError: (name, { type }, options) => errors.push([name, type, options?.shouldFocus === true]),
        },
        error,
        fieldOf,
      );
      return { whole, errors };
    };
    const problem = (...path: string[]) => ({ in: 'body' as const, path, keyword: 'maxLength', limit: 1 });
    assert.deepEqual(put(new ApiError('EMAIL_TAKEN'), { EMAIL_TAKEN: 'email' }), {
      whole: true,
      errors: [['email', 'EMAIL_TAKEN', true]],
    });
    assert.deepEqual(
      put(new ApiError('INVALID_REQUEST', { fields: [problem('criteria', 'q'), problem('email')] })),
      {
        whole: true,
        errors: [
          ['criteria.q', 'maxLength', true],
          ['email', 'maxLength', false],
        ],
      },
    );
    assert.equal(put(new ApiError('INVALID_REQUEST', { fields: [problem('elsewhere')] })).whole, false);
    assert.equal(put(new ApiError('OVERLOADED')).whole, false);
  });
});

describe('a draft', () => {
  const NAME = { user: 7, form: 'note-1', version: '1' };

  function kept({ storage = storageOf(), at = 1_000 } = {}) {
    const clock = { now: at };
    let keys = 0;
    const drafts = createDrafts(storage, { now: () => clock.now, newKey: () => `key-${++keys}` });
    return { drafts, storage, clock };
  }

  it('is there again after a reload, for the same person, form and fields alone', () => {
    const { drafts, storage } = kept();
    drafts.keep(NAME, { body: 'half a no' });
    const again = kept({ storage }).drafts;
    assert.deepEqual(again.read(NAME)?.values, { body: 'half a no' });
    for (const other of [{ user: 8 }, { user: null }, { form: 'note-2' }, { version: '2' }])
      assert.equal(again.read({ ...NAME, ...other }), null);
    again.discard(NAME);
    assert.equal(again.read(NAME), null);
  });

  it('is over for all who show it as soon as one of them has sent it', () => {
    const { drafts } = kept();
    const told: string[] = [];
    const [sender, other] = [{}, {}];
    drafts.onDiscard(NAME, sender, () => told.push('sender'));
    const end = drafts.onDiscard(NAME, other, () => told.push('other'));
    drafts.onDiscard({ ...NAME, form: 'note-2' }, {}, () => told.push('of another form'));
    drafts.discard(NAME, sender);
    end();
    drafts.discard(NAME, sender);
    assert.deepEqual(told, ['other']);
  });

  it('never holds a password, a token or a code, however deep', () => {
    const { drafts, storage } = kept();
    const secret = fc.constantFrom(
      'password',
      'new_password',
      'currentPassword',
      'token',
      'access_token',
      'code',
      'client_secret',
    );
    fc.assert(
      fc.property(secret, fc.dictionary(fc.string(), fc.string()), (name, more) => {
        drafts.keep(NAME, { ...more, [name]: 'hidden-away', deep: [{ [name]: 'hidden-away' }] });
        assert.ok(!storage.getItem(storage.key(0)!)!.includes('hidden-away'));
      }),
    );
    assert.deepEqual(withoutSecrets({ postcode: '1', a: [{ code: 2, b: 3 }] }), {
      postcode: '1',
      a: [{ b: 3 }],
    });
  });

  it('has one key for one body, also after a reload, and another one for another', () => {
    const { drafts, storage } = kept();
    const first = drafts.keyFor(NAME, { job_id: 1 });
    drafts.keep(NAME, { job_id: 1 });
    const again = createDrafts(storage, { now: () => 1_000, newKey: () => 'another' });
    assert.equal(again.keyFor(NAME, { job_id: 1 }), first);
    assert.equal(again.keyFor(NAME, { job_id: 2 }), 'another');
  });

  it('is forgotten after a month, and with the person who logs out', () => {
    const { drafts, storage, clock } = kept();
    drafts.keep(NAME, { a: '1' });
    drafts.keep({ ...NAME, user: 8 }, { a: '2' });
    drafts.discardAll(7);
    assert.equal(drafts.read(NAME), null);
    assert.ok(drafts.read({ ...NAME, user: 8 }));
    clock.now += KEPT_MS;
    assert.equal(drafts.read({ ...NAME, user: 8 }), null);
    kept({ storage, at: clock.now });
    assert.equal(storage.length, 0);
  });

  it('stops nobody where nothing can be kept', () => {
    const blocked = () => {
      throw new DOMException('', 'SecurityError');
    };
    const { drafts } = kept({
      storage: { getItem: blocked, setItem: blocked, removeItem: blocked, key: blocked, length: 0 } as never,
    });
    drafts.keep(NAME, { a: '1' });
    assert.equal(drafts.read(NAME), null);
    assert.equal(drafts.keyFor(NAME, {}), 'key-1');
  });

  it('is of another version when the form has other fields', () => {
    assert.equal(versionOf(NewContact), versionOf(structuredClone(NewContact)));
    assert.notEqual(versionOf(NewContact), versionOf(NewAction));
  });
});

function storageOf() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    key: (index: number) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size;
    },
  };
}
