import type { ApplicationStatus } from '../../../../api/applications.ts';
import { type Answer, keyOf, useApiMutation, useErrorWords } from '../../api/index.ts';

export const LIST = 'GET /api/v1/applications';
export const LIST_INPUT = { params: { query: { limit: 100 } } };
type Pages = { pages: Answer<typeof LIST>[] };

/** Moves an application to another state: shown at once, and taken back with the reason if it is refused. */
export function useMove() {
  const words = useErrorWords();
  const { mutateAsync } = useApiMutation('PATCH /api/v1/applications/{id}/status', {
    expects: ({ params, body }) => [
      {
        key: [...keyOf(LIST, LIST_INPUT), 'pages'],
        change: ((list: Pages) => moved(list, params.path.id, body.status)) as never,
      },
    ],
  });
  return (id: number, status: ApplicationStatus, onTakenBack: (reason: string) => void): void => {
    mutateAsync({ params: { path: { id } }, body: { status } }).catch((reason) =>
      onTakenBack(words(reason).reason),
    );
  };
}

function moved(list: Pages, id: number, status: ApplicationStatus): Pages {
  return {
    ...list,
    pages: list.pages.map((page) => ({
      ...page,
      applications: page.applications.map((one) => (one.id === id ? { ...one, status } : one)),
    })),
  };
}
