import { showToast } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import type { NewAction, NewContact, Source } from '../../../../api/tracking.ts';
import { type ApiError, type Change, expected, useApiMutation, useErrorWords } from '../../api/index.ts';
import { inputOf, TRACKED_ONE } from './reads.ts';
import type { Tracked } from './use-application.ts';

/** What the service lets people do with an application: at once, and with the way back where something goes. */
export function useTracked(id: number) {
  const t = useTranslations('applications.one');
  const words = useErrorWords();
  const here = (change: (one: Tracked) => Tracked): Change[] => [expected(TRACKED_ONE, inputOf(id), change)];
  const tell = (title: string) => (reason: ApiError) =>
    showToast({ title, description: words(reason).reason, tone: 'danger' });

  const plan = useApiMutation('PUT /api/v2/applications/{id}/next-action', {
    expects: ({ body }) =>
      here((one) => ({
        ...one,
        next_action: { id: 0, reminded_at: null, ...body, remind_at: body.remind_at ?? null },
      })),
    onTakenBack: tell(t('next.notSaved')),
  });
  const finish = useApiMutation('DELETE /api/v2/applications/{id}/next-action', {
    expects: () => here((one) => ({ ...one, next_action: null })),
    onTakenBack: tell(t('next.notDone')),
  });
  const addContact = useApiMutation('POST /api/v2/applications/{id}/contacts');
  const removeContact = useApiMutation('DELETE /api/v2/applications/{id}/contacts/{contactId}', {
    expects: ({ params }) =>
      here((one) => ({
        ...one,
        contacts: one.contacts.filter((contact) => contact.id !== params.path.contactId),
      })),
    onTakenBack: tell(t('contacts.notRemoved')),
  });
  const setSource = useApiMutation('PUT /api/v2/applications/{id}/source', {
    expects: ({ body }) => here((one) => ({ ...one, source: body })),
    onTakenBack: tell(t('source.notSaved')),
  });

  /** Says what was done, with the way back. */
  const told = (title: string, description: string, undo: () => Promise<unknown>) =>
    showToast({
      title,
      description,
      action: { label: t('undo'), onAction: () => void undo().catch(tell(t('notUndone'))) },
    });
  return {
    isSaving: plan.isPending || addContact.isPending || setSource.isPending,
    plan: (body: NewAction) => plan.mutateAsync({ ...inputOf(id), body }),
    finish: async ({ what, due_at, remind_at }: NonNullable<Tracked['next_action']>) => {
      const isDone = await finish.mutateAsync(inputOf(id)).then(
        () => true,
        () => false,
      );
      const isAhead = remind_at !== null && Date.parse(remind_at) > Date.now();
      const body = { what, due_at, ...(isAhead && { remind_at }) };
      if (isDone) told(t('next.done'), what, () => plan.mutateAsync({ ...inputOf(id), body }));
    },
    addContact: (body: NewContact) => addContact.mutateAsync({ ...inputOf(id), body }),
    removeContact: async ({ id: contactId, name, role, email, phone }: Tracked['contacts'][number]) => {
      const isGone = await removeContact.mutateAsync({ params: { path: { id, contactId } } }).then(
        () => true,
        () => false,
      );
      const body = { name, ...(role && { role }), ...(email && { email }), ...(phone && { phone }) };
      if (isGone) told(t('contacts.removed'), name, () => addContact.mutateAsync({ ...inputOf(id), body }));
    },
    setSource: (body: Source) => setSource.mutateAsync({ ...inputOf(id), body }),
  };
}
