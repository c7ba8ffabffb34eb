import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { specify } from '@banyan/events';
import fc from 'fast-check';
import { APPLICATION_STATUSES, type ApplicationStatus } from '../../api/applications.ts';
import { APPLICATION_STATES } from '../../api/tracking.ts';
import { type ApplicationCommand, type ApplicationEvent, application, MAX_CONTACTS } from './decide.ts';
import { nextOf, stageOf } from './transitions.ts';

const AT = new Date('2026-11-01T10:00:00Z');
const LATER = new Date('2026-11-08T10:00:00Z');
const MINE = { userId: 7, applicationId: 3 };
const { given } = specify(application);

const rowIn = (status: string) => ({ ...MINE, jobId: 12, status });
const created = (status: ApplicationStatus): ApplicationEvent => ({
  type: 'ApplicationCreated',
  data: { ...MINE, jobId: 12, status },
});
const moved = (from: ApplicationStatus | 'ghosted', to: ApplicationStatus | 'ghosted'): ApplicationEvent => ({
  type: 'ApplicationStatusChanged',
  data: { ...MINE, from, to },
});
const move = (status: string, to: ApplicationStatus | 'ghosted'): ApplicationCommand => ({
  is: 'UpdateApplicationStatus',
  row: rowIn(status),
  to,
  at: LATER,
});

describe('a status', () => {
  it('is where its application may go, and when it was sent is told with it', () => {
    given([created('saved')])
      .when(move('saved', 'applied'))
      .then([
        {
          type: 'ApplicationStatusChanged',
          data: { ...MINE, from: 'saved', to: 'applied', appliedAt: LATER.toISOString() },
        },
      ]);
    given([created('saved')])
      .when(move('saved', 'offer'))
      .then(/does not go there/);
  });

  it('ghosted leaves the status below it, to which an answer leads back, or on from there', () => {
    const silent = [created('applied'), moved('applied', 'ghosted')];
    given(silent)
      .when(move('applied', 'ghosted'))
      .then(/does not go there/);
    given(silent)
      .when(move('applied', 'applied'))
      .then([moved('ghosted', 'applied')]);
    given(silent)
      .when(move('applied', 'interview'))
      .then([moved('ghosted', 'interview')]);
    given([...silent, moved('ghosted', 'interview')])
      .when(move('interview', 'applied'))
      .then(/does not go there/);
  });

  it('that the row has and no event has told of is known before anything is decided', () => {
    const known = (status: string): ApplicationEvent => ({ type: 'ApplicationKnown', data: rowIn(status) });
    given([])
      .when(move('applied', 'offer'))
      .then([known('applied'), moved('applied', 'offer')]);
    given([created('applied'), moved('applied', 'ghosted')])
      .when(move('offer', 'accepted'))
      .then([known('offer'), moved('offer', 'accepted')]);
    given([created('applied')])
      .when(move('on hold', 'interview'))
      .then([known('on hold'), { type: 'ApplicationStatusChanged', data: { ...MINE, to: 'interview' } }]);
  });

  it('is reached by any number of commands only along the table, whatever was commanded', () => {
    const step = fc.constantFrom(...APPLICATION_STATES);
    fc.assert(
      fc.property(
        fc.constantFrom(...APPLICATION_STATUSES),
        fc.array(step, { maxLength: 12 }),
        (first, steps) => {
          let state = application.evolve(application.initialState(), created(first));
          for (const to of steps) {
            const may = nextOf(state).includes(to);
            const decide = () => application.decide(move(state.status!, to), state);
            if (!may) {
              assert.throws(decide, /does not go there/);
              continue;
            }
            state = decide().reduce(application.evolve, state);
            assert.equal(state.ghosted, to === 'ghosted');
            // The monolith never sees what it does not know.
            assert.notEqual(stageOf(state.status!), null);
            if (to !== 'ghosted') assert.equal(state.status, to);
          }
        },
      ),
    );
  });
});

describe('what belongs to an application', () => {
  const row = rowIn('applied');

  it('contacts are removed once, and are not too many', () => {
    const added = (contactId: number): ApplicationEvent => ({
      type: 'ContactAdded',
      data: { ...MINE, contactId },
    });
    const gone: ApplicationEvent = { type: 'ContactRemoved', data: { ...MINE, contactId: 1 } };
    const remove = { is: 'RemoveContact', row, contactId: 1 } as const;
    given([created('applied'), added(1)])
      .when(remove)
      .then([gone]);
    given([created('applied'), added(1), gone])
      .when(remove)
      .then(/no such contact/);
    const many = Array.from({ length: MAX_CONTACTS }, (_, n) => added(n));
    given([created('applied'), ...many])
      .when({ is: 'AddContact', row, contactId: 99 })
      .then(/as many contacts/);
  });

  it('a reminder is for a time to come, and what is to be done next is one thing', () => {
    const set = (actionId: number, remindAt: Date | null, at = AT): ApplicationCommand => ({
      is: 'SetNextAction',
      row,
      actionId,
      dueAt: LATER,
      remindAt,
      at,
    });
    given([created('applied')])
      .when(set(1, AT))
      .then(/time to come/);
    const first: ApplicationEvent = {
      type: 'NextActionSet',
      data: { ...MINE, actionId: 1, dueAt: LATER.toISOString(), remindAt: LATER.toISOString() },
    };
    given([created('applied')])
      .when(set(1, LATER))
      .then([first]);
    const second: ApplicationEvent = {
      type: 'NextActionSet',
      data: { ...MINE, actionId: 2, dueAt: LATER.toISOString() },
    };
    const done: ApplicationEvent = { type: 'NextActionDone', data: { ...MINE, actionId: 2 } };
    given([created('applied'), first, second])
      .when({ is: 'FinishNextAction', row })
      .then([done]);
    given([created('applied'), first, second, done])
      .when({ is: 'FinishNextAction', row })
      .then(/Nothing is to be done/);
  });

  it('the same source again is no news', () => {
    const set = { is: 'SetSource', row, source: 'referral' } as const;
    const told: ApplicationEvent = {
      type: 'ApplicationSourceSet',
      data: { ...MINE, source: 'referral' },
    };
    given([created('applied')])
      .when(set)
      .then([told]);
    given([created('applied'), told])
      .when(set)
      .then([]);
  });
});

it('nothing is commanded of an application that is not there', () => {
  given([])
    .when({ is: 'RemoveApplication', row: null })
    .then(/no such application/);
});
