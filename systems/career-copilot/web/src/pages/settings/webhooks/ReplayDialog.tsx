import { Banner, Button, Checkbox, Dialog, RadioGroup, Stack, showToast } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiMutation, useErrorWords } from '../../../api/index.ts';
import { REPLAY_DAYS, replayFrom, type Webhook } from './webhook.ts';

/** Sends again what was given up since some days, or all of it. */
export function ReplayDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const t = useTranslations('webhooks.replay');
  const words = useErrorWords();
  const [days, setDays] = useState<string>(String(REPLAY_DAYS[0]));
  const [isAll, setAll] = useState(false);
  const replay = useApiMutation('POST /api/v1/integrations/webhooks/{id}/replay', {
    onSuccess: ({ replayed }) => {
      showToast({ title: t('done', { count: replayed }), tone: replayed === 0 ? 'info' : 'good' });
      onClose();
    },
  });
  const send = () =>
    replay.mutate({
      params: { path: { id: webhook.id } },
      body: { from: replayFrom(Number(days), new Date()), all: isAll },
    });
  return (
    <Dialog
      title={t('title')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      size="small"
      actions={
        <Button variant="primary" isPending={replay.isPending} pendingLabel={t('pending')} onPress={send}>
          {t('send')}
        </Button>
      }
    >
      <Stack gap={4}>
        {replay.error !== null && (
          <Banner tone="danger" title={t('failed')}>
            {words(replay.error).reason}
          </Banner>
        )}
        <RadioGroup
          label={t('since')}
          value={days}
          onChange={setDays}
          options={REPLAY_DAYS.map((id) => ({ id: String(id), label: t('days', { days: id }) }))}
        />
        <Checkbox isSelected={isAll} onChange={setAll} description={t('allText')}>
          {t('all')}
        </Checkbox>
      </Stack>
    </Dialog>
  );
}
