import { useQueryClient } from '@tanstack/react-query';
import type { SavedSearchChanges } from '../../../../api/saved-searches.ts';
import { type Answer, expected, useApiMutation, useApiQuery } from '../../api/index.ts';

const LIST = 'GET /api/v1/jobs/saved-searches';

export type SavedSearch = Answer<typeof LIST>['searches'][number];

export function useSavedSearches(isThere: boolean) {
  return useApiQuery(LIST, {}, { enabled: isThere });
}

/** Changes of saved searches: shown at once, and taken back if they are refused. What was found stays: it does not change by them. */
export function useChangeSearches() {
  const client = useQueryClient();
  const readAgain = () => void client.invalidateQueries({ queryKey: ['jobs', LIST] });
  const options = { changes: [], onSettled: readAgain };
  const post = useApiMutation('POST /api/v1/jobs/saved-searches', options);
  const put = useApiMutation('PUT /api/v1/jobs/saved-searches/{id}', {
    ...options,
    expects: ({ params, body }) => [
      expected(LIST, {}, ({ searches }) => ({
        searches: searches.map((one) =>
          one.id === params.path.id ? { ...one, ...(body as Partial<SavedSearch>) } : one,
        ),
      })),
    ],
  });
  const remove = useApiMutation('DELETE /api/v1/jobs/saved-searches/{id}', {
    ...options,
    expects: ({ params }) => [
      expected(LIST, {}, ({ searches }) => ({
        searches: searches.filter(({ id }) => id !== params.path.id),
      })),
    ],
  });
  return {
    isSaving: post.isPending,
    create: post.mutateAsync,
    change: (id: number, body: SavedSearchChanges) => put.mutateAsync({ params: { path: { id } }, body }),
    remove: (id: number) => remove.mutateAsync({ params: { path: { id } } }),
    /** What was deleted is there again, under another number; what it had found is not. */
    restore: async ({ name, criteria, frequency, active }: SavedSearch) => {
      const { id } = await post.mutateAsync({ body: { name, criteria, frequency } });
      if (!active) await put.mutateAsync({ params: { path: { id } }, body: { active } });
    },
  };
}
