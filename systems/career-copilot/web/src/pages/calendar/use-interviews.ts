import { showToast } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import type { NewInterview } from '../../../../api/calendar.ts';
import { type ApiError, expected, useApiMutation, useErrorWords } from '../../api/index.ts';
import type { Interview } from './entries.ts';
import { INTERVIEWS, type SpanInput } from './use-calendar.ts';

/** Plans, changes and cancels interviews, shown at once in the span that is read by `input`. */
export function useInterviews(input: SpanInput) {
  const t = useTranslations('calendar.interview');
  const words = useErrorWords();
  const inList = (change: (all: Interview[]) => Interview[]) => [
    expected(INTERVIEWS, input, (read) => ({ ...read, interviews: change(read.interviews) })),
  ];
  const tell = (title: string) => (reason: ApiError) =>
    showToast({ title, description: words(reason).reason, tone: 'danger' });

  const create = useApiMutation('POST /api/v1/integrations/interviews', { changes: AREAS });
  const change = useApiMutation('PATCH /api/v1/integrations/interviews/{id}', {
    changes: AREAS,
    expects: ({ params, body }) =>
      inList((all) => all.map((one) => (one.id === params.path.id ? { ...one, ...body } : one))),
  });
  const cancel = useApiMutation('DELETE /api/v1/integrations/interviews/{id}', {
    changes: AREAS,
    expects: ({ params }) => inList((all) => all.filter(({ id }) => id !== params.path.id)),
    onTakenBack: tell(t('notCancelled')),
  });

  return {
    create,
    change,
    /** At once, and to be undone. */
    cancel: async ({ id, ...interview }: Interview) => {
      try {
        await cancel.mutateAsync({ params: { path: { id } } });
      } catch {
        return;
      }
      const again = (body: NewInterview) =>
        create
          .mutateAsync({ body })
          .then(() => showToast({ title: t('planned'), tone: 'good' }), tell(t('notPlanned')));
      showToast({
        title: t('cancelled'),
        description: interview.title,
        action: { label: t('undo'), onAction: () => void again(interview) },
      });
    },
  };
}

/** What an interview changes: what is to be done next for its application, too. */
const AREAS = ['integrations', 'applications'] as const;
