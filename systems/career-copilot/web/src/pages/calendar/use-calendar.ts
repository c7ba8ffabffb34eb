import { useMemo } from 'react';
import { TRANSITIONS } from '../../../../api/transitions.ts';
import { type Input, useAllPages, useApiPages, useApiQuery, useFeature } from '../../api/index.ts';
import { entriesOf } from './entries.ts';

const PAGE = 100;
/** States in which nothing more is to be agreed. */
export const ENDED = new Set(
  Object.entries(TRANSITIONS).flatMap(([status, next]) => (next.length === 0 ? [status] : [])),
);

export const INTERVIEWS = 'GET /api/v1/integrations/interviews';
export type SpanInput = Input<typeof INTERVIEWS>;

/** The input of all reads that are of a span of time. */
function inputOf({ from, to }: { from: Date; to: Date }): SpanInput {
  return { params: { query: { from: from.toISOString(), to: to.toISOString() } } };
}

/** What there is between two moments: of the monolith what was sent, of the services interviews, actions and connected calendars. */
export function useCalendar(span: { from: Date; to: Date }) {
  const input = inputOf(span);
  const hasInterviews = useFeature(INTERVIEWS) === 'there';
  const hasActions = useFeature('GET /api/v2/applications') === 'there';

  const applications = useAllPages(
    useApiPages('GET /api/v1/applications', { params: { query: { limit: PAGE } } }, 'applications'),
  );
  const acting = useAllPages(
    useApiPages(
      'GET /api/v2/applications',
      { params: { query: { limit: PAGE, due_before: span.to.toISOString() } } },
      'items',
      { enabled: hasActions },
    ),
  );
  // Of the month before, until those of the next are there: nothing of them is in its days.
  const interviews = useApiQuery(INTERVIEWS, input, {
    enabled: hasInterviews,
    placeholderData: (before) => before,
  });
  const busy = useApiQuery('GET /api/v1/integrations/calendars/busy', input, {
    enabled: hasInterviews,
    placeholderData: (before) => before,
  });
  const calendars = useApiQuery('GET /api/v1/integrations/calendars', {}, { enabled: hasInterviews });

  const entries = useMemo(
    () =>
      entriesOf({
        interviews: interviews.data?.interviews ?? [],
        acting: acting.rows,
        busy: busy.data?.busy ?? [],
        applications: applications.rows,
      }),
    [interviews.data, acting.rows, busy.data, applications.rows],
  );
  const isLoading = applications.isPending || (hasInterviews && interviews.isPending);
  const first = applications.data === undefined || !hasInterviews ? applications : interviews;
  const { error, fetchStatus, isSlow, waitingUntil } = first;
  return {
    entries,
    interviewing: applications.rows.filter(({ status }) => status === 'interview'),
    applications: applications.rows,
    calendars: calendars.data?.calendars ?? null,
    hasInterviews,
    input,
    isLoading,
    /** For `Reading`. */
    reading: {
      data: isLoading || error ? undefined : true,
      error,
      fetchStatus,
      isSlow,
      waitingUntil,
      /** Of all that failed: who tries again does not want to hear of the next one. */
      refetch: () => {
        for (const read of [applications, interviews]) if (read.error) void read.refetch();
      },
    },
  };
}
