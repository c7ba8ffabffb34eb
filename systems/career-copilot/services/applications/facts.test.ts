import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ApplicationRow, fromRows, streamOf } from './facts.ts';

const at = new Date('2026-11-01T10:00:00Z');
const SAVED: ApplicationRow = {
  id: 3,
  user_id: 7,
  job_id: 12,
  status: 'saved',
  applied_at: null,
  created_at: at,
};
const MINE = { userId: 7, applicationId: 3 };
const { insert, update, exists, delete: remove } = fromRows.applications!;
const changed = (from: string, to: string, row: Partial<ApplicationRow> = {}) =>
  update!({ ...SAVED, status: from }, { ...SAVED, ...row, status: to }, { at });

describe('an application of the monolith', () => {
  it('is told as one of the service’s own when it is made, moved on and removed', () => {
    const createdAt = at.toISOString();
    const created = {
      type: 'ApplicationCreated',
      data: { ...MINE, jobId: 12, status: 'saved', createdAt },
    };
    assert.deepEqual(insert!(SAVED, { at }), created);
    assert.deepEqual(exists!(SAVED), created);
    assert.deepEqual(changed('saved', 'applied', { applied_at: at }), {
      type: 'ApplicationStatusChanged',
      data: { ...MINE, from: 'saved', to: 'applied', appliedAt: createdAt },
    });
    assert.deepEqual(remove!(SAVED, { at }), { type: 'ApplicationRemoved', data: { ...MINE, jobId: 12 } });
  });

  it('is nobody’s concern when something else of it changes', () => {
    assert.equal(update!(SAVED, { ...SAVED, job_id: 13 }, { at }), undefined);
  });

  it('that breaks the table is told as what it is, and marked', () => {
    assert.deepEqual(changed('rejected', 'interview'), {
      type: 'ApplicationStatusChanged',
      data: { ...MINE, from: 'rejected', to: 'interview', irregular: true },
    });
    const irregular = { type: 'ApplicationIrregular', data: { ...MINE, jobId: 12, status: 'on hold' } };
    assert.deepEqual(changed('applied', 'on hold'), irregular);
    assert.deepEqual(exists!({ ...SAVED, status: 'on hold' }), irregular);
    assert.deepEqual(changed('on hold', 'offer'), {
      type: 'ApplicationStatusChanged',
      data: { ...MINE, to: 'offer', irregular: true },
    });
  });
});

it('a step of before is told to whoever asks, and is not a part of the stream', () => {
  const step = { application_id: 3, from_status: null, to_status: 'saved', created_at: at };
  const told = fromRows.application_timeline!.exists!(step);
  assert.deepEqual(told, {
    type: 'ApplicationStepKnown',
    data: { applicationId: 3, to: 'saved', at: at.toISOString() },
  });
  assert.equal(streamOf(told as never), undefined);
  assert.equal(streamOf(insert!(SAVED, { at }) as never), 'application-3');
});

it('a note and a document are told without what is in them, and a document of no application is not', () => {
  const note = { id: 5, application_id: 3, body: 'they were kind', is_private: true, created_at: at };
  assert.deepEqual(fromRows.application_notes!.insert!(note, { at }), {
    type: 'ApplicationNoteAdded',
    data: { applicationId: 3, noteId: 5, isPrivate: true },
  });
  const document = { id: 6, user_id: 7, application_id: 3, kind: 'resume', url: 'https://files/1' };
  assert.deepEqual(fromRows.documents!.insert!(document, { at }), {
    type: 'DocumentAttached',
    data: { ...MINE, documentId: 6, kind: 'resume' },
  });
  assert.equal(fromRows.documents!.insert!({ ...document, application_id: null }, { at }), undefined);
});
