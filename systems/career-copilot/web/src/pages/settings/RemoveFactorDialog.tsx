import { Button, Dialog, Stack, showToast, TextField } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiMutation, useErrorWords } from '../../api/index.ts';

/** Whoever removes a factor shows that they have it. */
export function RemoveFactorDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('settings.security.factor');
  const words = useErrorWords();
  const [code, setCode] = useState('');
  const remove = useApiMutation('POST /api/v1/auth/second-factor/remove', {
    onSuccess: () => {
      showToast({ title: t('removed'), tone: 'good' });
      onClose();
    },
  });
  return (
    <Dialog
      title={t('removeTitle')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      size="small"
      actions={
        <Button
          variant="danger"
          type="submit"
          form="remove-factor"
          isPending={remove.isPending}
          pendingLabel={t('removing')}
        >
          {t('removeIt')}
        </Button>
      }
    >
      <form
        id="remove-factor"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim() !== '') remove.mutate({ body: { code: code.trim() } });
        }}
      >
        <Stack gap={4}>
          <p>{t('removeText')}</p>
          <TextField
            label={t('codeOrRecovery')}
            name="code"
            isRequired
            autoFocus
            autoComplete="one-time-code"
            maxLength={40}
            value={code}
            onChange={setCode}
            error={remove.error === null ? undefined : words(remove.error).reason}
          />
        </Stack>
      </form>
    </Dialog>
  );
}
