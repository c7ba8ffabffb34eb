import { Banner, Button, Dialog, Stack } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { CopyButton } from '../CopyButton.tsx';
import settings from '../Settings.module.css';

/** Shows a secret, once: nobody can be shown it again. `until`: how long the old one is good beside it. */
export function SecretDialog({
  secret,
  until,
  onClose,
}: {
  secret: string;
  until?: string;
  onClose: () => void;
}) {
  const t = useTranslations('webhooks.secret');
  return (
    <Dialog
      title={t('title')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      isDismissable={false}
      actions={
        <Button variant="primary" onPress={onClose}>
          {t('kept')}
        </Button>
      }
    >
      <Stack gap={4}>
        <Banner tone="warning">{t('once')}</Banner>
        <code className={settings.secret}>{secret}</code>
        <div>
          <CopyButton text={secret} label={t('copy')} />
        </div>
        <p className={settings.muted}>{until === undefined ? t('how') : t('overlap', { until })}</p>
      </Stack>
    </Dialog>
  );
}
