import { errorCode, withTransaction } from '@banyan/postgres';
import { defineErrors, type ServiceApp } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import {
  BusyTimes,
  Calendar,
  Calendars,
  type Interview,
  InterviewChange,
  Interviews,
  InterviewWithConflicts,
  NewCalendar,
  NewInterview,
  Span,
} from '../../../api/calendar.ts';
import { Id } from '../../../api/common.ts';
import { callerOf } from '../../../kit/active-user.ts';
import type { OfUser } from '../of-user.ts';
import * as store from './store.ts';

const errors = defineErrors({
  CONNECTION_NOT_FOUND: [404, 'There is no such connection.'],
  CALENDAR_NOT_FOUND: [404, 'There is no such calendar.'],
  INTERVIEW_NOT_FOUND: [404, 'There is no such interview.'],
  BAD_TIMES: [422, 'It has to end after it starts, in a year that a calendar has.'],
});

/** SQLSTATEs of an interview that would end before it starts, and of times that are none. */
const BAD_TIMES = new Set(['23514', '22007', '22008']);

/** Calendars of connected accounts, what else is in them, and interviews, which go into them. */
export function calendarRoutes(app: ServiceApp, { pool, ofUser }: { pool: pg.Pool; ofUser: OfUser }): void {
  const withConflicts = async (userId: number, interview: Interview) => ({
    ...interview,
    conflicts: await store.conflictsOf(pool, userId, interview),
  });

  app.post(
    '/calendars',
    { ...ofUser(404), schema: { body: NewCalendar, response: { 201: Calendar } } },
    async (request, reply) => {
      const { connection_id: connection, calendar_id: id = 'primary' } = request.body;
      const calendar = await store.linkCalendar(pool, callerOf(request), connection, id);
      if (!calendar) throw errors('CONNECTION_NOT_FOUND');
      return await reply.code(201).send(calendar);
    },
  );

  app.get('/calendars', { ...ofUser(), schema: { response: { 200: Calendars } } }, async (request) => ({
    calendars: await store.listCalendars(pool, callerOf(request)),
  }));

  app.delete(
    '/calendars/:id',
    { ...ofUser(404), schema: { params: Id, response: { 204: Type.Null() } } },
    async (request, reply) => {
      if (!(await store.unlinkCalendar(pool, callerOf(request), request.params.id)))
        throw errors('CALENDAR_NOT_FOUND');
      return await reply.code(204).send(null);
    },
  );

  app.get(
    '/calendars/busy',
    { ...ofUser(422), schema: { querystring: Span, response: { 200: BusyTimes } } },
    async (request) => {
      const { from, to } = request.query;
      return { busy: await inTime(() => store.busyBetween(pool, callerOf(request), from, to)) };
    },
  );

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

async function inTime<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (BAD_TIMES.has(errorCode(cause) ?? '')) throw errors('BAD_TIMES', { cause });
    throw cause;
  }
}
