import { busyBetween, inTime } from '@banyan/calendars';
import { Span } from '@banyan/calendars/api';
import { withTransaction } from '@banyan/postgres';
import { defineErrors, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import {
  type Interview,
  InterviewChange,
  Interviews,
  InterviewWithConflicts,
  NewInterview,
} from '../../../api/calendar.ts';
import { Id } from '../../../api/common.ts';
import { callerOf } from '../../../kit/active-user.ts';
import type { OfUser } from '../of-user.ts';
import * as store from './store.ts';

const errors = defineErrors({
  INTERVIEW_NOT_FOUND: [404, 'There is no such interview.'],
});

const MOST_CONFLICTS = 20;

/** Interviews, which go into the calendars of connected accounts. */
export function interviewRoutes(app: ServiceApp, { pool, ofUser }: { pool: pg.Pool; ofUser: OfUser }): void {
  const withConflicts = async (userId: number, interview: Interview) => {
    const { starts_at, ends_at } = interview;
    return { ...interview, conflicts: await busyBetween(pool, userId, starts_at, ends_at, MOST_CONFLICTS) };
  };

  app.post(
    '/interviews',
    { ...ofUser(422), schema: { body: NewInterview, response: { 201: InterviewWithConflicts } } },
    async (request, reply) => {
      const userId = callerOf(request);
      const interview = await inTime(() =>
        withTransaction(pool, (tx) => store.insertInterview(tx, userId, request.body)),
      );
      return await reply.code(201).send(await withConflicts(userId, interview));
    },
  );

  app.get(
    '/interviews',
    { ...ofUser(422), schema: { querystring: Span, response: { 200: Interviews } } },
    async (request) => {
      const { from, to } = request.query;
      return { interviews: await inTime(() => store.listInterviews(pool, callerOf(request), from, to)) };
    },
  );

  app.patch(
    '/interviews/:id',
    {
      ...ofUser(404, 422),
      schema: { params: Id, body: InterviewChange, response: { 200: InterviewWithConflicts } },
    },
    async (request) => {
      const userId = callerOf(request);
      const { id } = request.params;
      const interview = await inTime(() =>
        withTransaction(pool, (tx) => store.changeInterview(tx, userId, id, request.body)),
      );
      if (!interview) throw errors('INTERVIEW_NOT_FOUND');
      return await withConflicts(userId, interview);
    },
  );

  app.delete(
    '/interviews/:id',
    { ...ofUser(404), schema: { params: Id, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { id } = request.params;
      const cancelled = await withTransaction(pool, (tx) => store.cancelInterview(tx, callerOf(request), id));
      if (!cancelled) throw errors('INTERVIEW_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );
}
