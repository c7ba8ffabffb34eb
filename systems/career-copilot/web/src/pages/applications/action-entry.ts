import { fromAbsolute, parseDateTime, toCalendarDateTime, toZoned } from '@internationalized/date';
import { type Static, Type } from 'typebox';
import { NewAction } from '../../../../api/tracking.ts';

/** What is entered of what is to be done next: when, as the clock on the wall says it (`2026-06-02T10:30`), and how long before one is told. */
export const ActionFields = Type.Object({
  what: NewAction.properties.what,
  due: Type.String({ minLength: 1 }),
  remind: Type.String(),
});
export type ActionFields = Static<typeof ActionFields>;
export type ActionEntry = { what: string; due: string | null; remind: string };

type Action = { what: string; due_at: string; remind_at: string | null };

/** How long before it is due one may be told, minutes; none: `never`. */
export const REMINDERS = [0, 60, 1_440] as const;
export const NEVER = 'never';
const MINUTE_MS = 60_000;

/** Of something new: tomorrow at nine, told an hour before. `today`: what the clock on the wall says. */
export function freshAction(today: string): ActionEntry {
  const tomorrow = parseDateTime(today.slice(0, 10)).add({ days: 1 }).set({ hour: 9 });
  return { what: '', due: tomorrow.toString().slice(0, 16), remind: '60' };
}

export function entryOfAction({ what, due_at, remind_at }: Action, zone: string): ActionEntry {
  const minutes =
    remind_at === null ? null : Math.round((Date.parse(due_at) - Date.parse(remind_at)) / MINUTE_MS);
  return {
    what,
    due: toCalendarDateTime(fromAbsolute(Date.parse(due_at), zone))
      .toString()
      .slice(0, 16),
    remind: minutes === null ? NEVER : String(minutes),
  };
}

/** As it is sent. A reminder whose time is over is none. */
export function actionOf({ what, due, remind }: ActionFields, zone: string, now: number): NewAction {
  const at = toZoned(parseDateTime(due), zone).toDate();
  const remindAt = new Date(at.getTime() - Number(remind) * MINUTE_MS);
  const isTold = remind !== NEVER && remindAt.getTime() > now;
  return { what, due_at: at.toISOString(), ...(isTold && { remind_at: remindAt.toISOString() }) };
}
