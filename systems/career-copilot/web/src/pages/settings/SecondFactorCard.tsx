import { Button, Card, Stack } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiMutation } from '../../api/index.ts';
import { RemoveFactorDialog } from './RemoveFactorDialog.tsx';
import { type NewFactor, SetUpFactorDialog } from './SetUpFactorDialog.tsx';
import { useTelling } from './use-telling.ts';

/** The API tells nobody whether there is a factor but whoever sets one up or removes it: so both are offered. */
export function SecondFactorCard() {
  const t = useTranslations('settings.security.factor');
  const tell = useTelling();
  const [setUp, setSetUp] = useState<NewFactor | null>(null);
  const [isRemoving, setRemoving] = useState(false);
  const begin = useApiMutation('POST /api/v1/auth/second-factor', {
    changes: [],
    onSuccess: setSetUp,
    onError: (reason) => tell(t('notBegun'), reason),
  });
  return (
    <Card title={t('title')} description={t('text')}>
      <Stack direction="row" gap={2}>
        <Button isPending={begin.isPending} pendingLabel={t('pending')} onPress={() => begin.mutate({})}>
          {t('setUp')}
        </Button>
        <Button variant="quiet" onPress={() => setRemoving(true)}>
          {t('remove')}
        </Button>
      </Stack>
      {setUp !== null && <SetUpFactorDialog factor={setUp} onClose={() => setSetUp(null)} />}
      {isRemoving && <RemoveFactorDialog onClose={() => setRemoving(false)} />}
    </Card>
  );
}
