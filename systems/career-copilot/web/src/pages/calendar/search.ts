/** What the address of the calendar says: `/calendar?view=agenda&month=2026-06&day=2026-06-02&interview=12`. */
export type CalendarSearch = {
  view?: 'agenda';
  /** Left out: this month. */
  month?: string;
  /** One whose entries are told below the month. */
  day?: string;
  /** One that is being changed; `new`: one that is being planned. */
  interview?: number | 'new';
  /** Which application a new one is of. */
  application?: number;
};

// Routes are read with the first page: the library of dates comes with the calendar.
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-\d{2}$/;

/** What is not understood is as if it were not there. */
export function calendarSearch(search: Record<string, unknown>): CalendarSearch {
  const { view, month, day, interview, application } = search;
  return {
    ...(view === 'agenda' ? { view } : {}),
    ...(typeof month === 'string' && MONTH.test(month) ? { month } : {}),
    ...(typeof day === 'string' && DAY.test(day) ? { day } : {}),
    ...(interview === 'new' || isId(interview) ? { interview } : {}),
    ...(isId(application) ? { application } : {}),
  };
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}
