import { ConfirmDialog, showToast } from '@banyan/ui';
import { useNavigate } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useApiMutation, useErrorWords } from '../../../api/index.ts';
import { shortAddress, type Webhook } from './webhook.ts';

/** What was to be sent is gone with it, so it is asked for. */
export function RemoveDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const t = useTranslations('webhooks.removal');
  const words = useErrorWords();
  const navigate = useNavigate();
  const remove = useApiMutation('DELETE /api/v1/integrations/webhooks/{id}', {
    onSuccess: () => {
      showToast({ title: t('done'), tone: 'good' });
      void navigate({ to: '/settings/webhooks', replace: true });
    },
  });
  return (
    <ConfirmDialog
      title={t('ask', { name: shortAddress(webhook.url) })}
      confirmLabel={t('confirm')}
      cancelLabel={t('cancel')}
      isOpen
      onOpenChange={onClose}
      onConfirm={() => remove.mutate({ params: { path: { id: webhook.id } } })}
      isDangerous
      isPending={remove.isPending}
      pendingLabel={t('pending')}
      error={remove.error !== null && words(remove.error).reason}
    >
      {t('text')}
    </ConfirmDialog>
  );
}
