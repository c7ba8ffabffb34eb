import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { type Application, type Clues, candidatesFor, certainlyAbout } from './match.ts';

const APPLICATIONS: Application[] = [
  { id: 1, company_name: 'Acme GmbH', job_title: 'Data Engineer', status: 'applied' },
  { id: 2, company_name: 'Blue Yonder Inc.', job_title: 'Data Engineer', status: 'applied' },
  { id: 3, company_name: 'Müller & Söhne KG', job_title: 'Backend Developer (C++)', status: 'interview' },
  { id: 4, company_name: 'Acme GmbH', job_title: 'Site Manager', status: 'rejected' },
];
const mail = (clues: Partial<Clues>) =>
  candidatesFor({ subject: '', from: '', fromName: '', sentence: '', ...clues }, APPLICATIONS);
const first = (clues: Partial<Clues>) => mail(clues)[0]?.application_id;

it('a mail is about the application whose company it names, or comes from', () => {
  assert.equal(first({ subject: 'Your application at Acme' }), 1);
  assert.equal(first({ from: 'jobs@blue-yonder.com' }), 2);
  assert.equal(first({ fromName: 'Recruiting Muller & Sohne' }), 3);
});

it('of two at one company it is the one whose job is named, else the one that goes on', () => {
  assert.equal(first({ subject: 'Acme: Site Manager' }), 4);
  assert.equal(first({ subject: 'Acme' }), 1);
});

it('a job alone is enough when all of it is named, and one word of it is not', () => {
  assert.deepEqual(
    new Set(mail({ subject: 'Data Engineer' }).map(({ application_id }) => application_id)),
    new Set([1, 2]),
  );
  assert.deepEqual(mail({ subject: 'Data protection' }), []);
});

it('names are words, not parts of them', () => {
  assert.deepEqual(mail({ subject: 'Acmeology for beginners' }), []);
});

it('a company without a name is nobody, and whatever is written is no error', () => {
  const nameless = [{ id: 9, company_name: 'GmbH', job_title: '', status: 'applied' }];
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary-ascii' }), (subject, from) => {
      assert.deepEqual(candidatesFor({ subject, from, fromName: '', sentence: '' }, nameless), []);
    }),
  );
});

it('there is no doubt when the one company that is named has written from the domain of its name', () => {
  const certain = (clues: Partial<Clues>) =>
    certainlyAbout(
      { subject: 'Acme', from: 'jobs@acme.com', fromName: '', sentence: '', ...clues },
      APPLICATIONS,
    );
  assert.equal(certain({}), 1);
  assert.equal(certain({ from: 'no-reply@mail.acme.co.uk' }), 1);
  assert.equal(certain({ subject: 'Blue Yonder', from: 'hr@blue-yonder.com' }), 2);
  for (const doubt of [
    { subject: 'Your application' },
    { from: 'jobs@acme-careers.com' },
    { from: 'jobs@greenhouse.io' },
    { from: 'acme@gmail.com' },
    { from: 'someone@acme' },
    { subject: 'Acme and Blue Yonder' },
    { subject: 'Müller & Söhne' },
  ])
    assert.equal(certain(doubt), undefined, JSON.stringify(doubt));
});
