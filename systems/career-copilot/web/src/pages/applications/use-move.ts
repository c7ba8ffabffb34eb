import type { ApplicationStatus } from '../../../../api/applications.ts';
import { type Answer, expectedPages, useApiMutation, useErrorWords } from '../../api/index.ts';

export const LIST = 'GET /api/v1/applications';
export const LIST_INPUT = { params: { query: { limit: 100 } } };

/** Moves an application to another state: shown at once, and taken back with the reason if it is refused. */
export function useMove() {
  const words = useErrorWords();
  const { mutateAsync } = useApiMutation('PATCH /api/v1/applications/{id}/status', {
    expects: ({ params, body }) => [
      expectedPages(LIST, LIST_INPUT, (page) => moved(page, params.path.id, body.status)),
    ],
  });
  return (id: number, status: ApplicationStatus, onTakenBack: (reason: string) => void): void => {
    mutateAsync({ params: { path: { id } }, body: { status } }).catch((reason) =>
      onTakenBack(words(reason).reason),
    );
  };
}

function moved(page: Answer<typeof LIST>, id: number, status: ApplicationStatus): Answer<typeof LIST> {
  return {
    ...page,
    applications: page.applications.map((one) => (one.id === id ? { ...one, status } : one)),
  };
}
