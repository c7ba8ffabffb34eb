import { showToast } from '@banyan/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import { type Answer, type ApiError, api, expected, useApiMutation, useErrorWords } from '../../api/index.ts';
import type { DocumentKind } from './documents.ts';
import { inputOf, UPLOADED } from './reads.ts';
import { createRemovals } from './removals.ts';

export type Uploaded = Answer<typeof UPLOADED>[number];

const removals = createRemovals();

/** Documents that are being removed, and are seen by nobody. */
export function useRemovals(): ReadonlySet<number> {
  return useSyncExternalStore(removals.subscribe, removals.ids);
}

/** What can be done with the documents of an application, where the service keeps them. */
export function useDocuments(id: number) {
  const t = useTranslations('applications.one.documents');
  const words = useErrorWords();
  const client = useQueryClient();
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const tell = (title: string) => (reason: ApiError) =>
    showToast({ title, description: words(reason).reason, tone: 'danger' });

  const remove = useApiMutation('DELETE /api/v2/applications/{id}/documents/{documentId}', {
    expects: ({ params }) => [
      expected(UPLOADED, inputOf(id), (all) => all.filter((one) => one.id !== params.path.documentId)),
    ],
    onTakenBack: tell(t('notRemoved')),
  });
  const attach = useApiMutation('POST /api/v2/applications/{id}/documents/from-version');
  const link = useApiMutation('POST /api/v2/applications/{id}/documents/{documentId}/link', { changes: [] });

  return {
    sending,
    /** Rejects with the reason why it was not kept. */
    upload: async (file: File, kind: DocumentKind) => {
      setSending({ name: file.name, share: 0 });
      try {
        await api.upload(
          'POST /api/v2/applications/{id}/documents',
          { params: { path: { id }, query: { name: file.name, kind } }, file },
          { onProgress: (share) => setSending({ name: file.name, share }) },
        );
        await client.invalidateQueries({ queryKey: ['applications'] });
      } finally {
        setSending(null);
      }
    },
    /** What has been uploaded before. */
    attach: (kind: DocumentKind, version: number, name?: string) =>
      attach.mutateAsync({ ...inputOf(id), body: { kind, version, ...(name && { name }) } }),
    isAttaching: attach.isPending,
    /** It is not seen any more at once, and gone for good once nobody can undo it any more: its file may go with it. */
    remove: ({ id: documentId, name }: Uploaded) => {
      let isWanted = true;
      removals.begin(documentId);
      showToast(
        {
          title: t('removed'),
          description: name,
          action: {
            label: t('undo'),
            onAction: () => {
              isWanted = false;
              removals.end(documentId);
            },
          },
        },
        {
          onClose: () => {
            if (!isWanted) return;
            // Refused, it was told and is seen again.
            void remove
              .mutateAsync({ params: { path: { id, documentId } } })
              .catch(() => {})
              .finally(() => removals.end(documentId));
          },
        },
      );
    },
    /** Saves it by an address that lasts for minutes, so that the browser does so by itself. */
    save: async ({ id: documentId }: Uploaded) => {
      try {
        const { url } = await link.mutateAsync({ params: { path: { id, documentId } }, body: {} });
        location.assign(url);
      } catch (reason) {
        tell(t('notSaved'))(reason as ApiError);
      }
    },
  };
}
