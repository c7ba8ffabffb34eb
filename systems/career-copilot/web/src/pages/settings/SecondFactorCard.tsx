import { Badge, Button, Card, Skeleton } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { type Answer, useApiMutation, useApiQuery } from '../../api/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import { RemoveFactorDialog } from './RemoveFactorDialog.tsx';
import styles from './Settings.module.css';
import { type NewFactor, SetUpFactorDialog } from './SetUpFactorDialog.tsx';
import { useTelling } from './use-telling.ts';

const READ = 'GET /api/v1/auth/second-factor';
/** From so many codes for recovery on somebody may soon have none. */
const FEW = 3;

/** Whether a code is asked for at the login; set up or removed here. */
export function SecondFactorCard() {
  const t = useTranslations('settings.security.factor');
  const tell = useTelling();
  const state = useApiQuery(READ, {});
  const [setUp, setSetUp] = useState<NewFactor | null>(null);
  const [isRemoving, setRemoving] = useState(false);
  const begin = useApiMutation('POST /api/v1/auth/second-factor', {
    onSuccess: setSetUp,
    onError: (reason) => tell(t('notBegun'), reason),
  });
  return (
    <Card title={t('title')} description={t('text')}>
      <Reading of={state} failed={t('failed')} skeleton={<Skeleton shape="block" height="2.75rem" />}>
        {(factor) => (
          <ul className={styles.rows}>
            <li>
              <FactorState {...factor} />
              {factor.enabled ? (
                <Button onPress={() => setRemoving(true)}>{t('remove')}</Button>
              ) : (
                <Button
                  isPending={begin.isPending}
                  pendingLabel={t('pending')}
                  onPress={() => begin.mutate({})}
                >
                  {t('setUp')}
                </Button>
              )}
            </li>
          </ul>
        )}
      </Reading>
      {setUp !== null && <SetUpFactorDialog factor={setUp} onClose={() => setSetUp(null)} />}
      {isRemoving && <RemoveFactorDialog onClose={() => setRemoving(false)} />}
    </Card>
  );
}

function FactorState({ enabled, recovery_codes_left: left }: Answer<typeof READ>) {
  const t = useTranslations('settings.security.factor');
  return (
    <span className={styles.row}>
      <span className={styles.name}>
        {t('app')}
        <Badge tone={enabled ? 'good' : 'neutral'}>{t(enabled ? 'on' : 'off')}</Badge>
      </span>
      {enabled && (
        <span className={styles.muted}>
          {t('codesLeft', { count: left })} {left <= FEW && t('fewLeft')}
        </span>
      )}
    </span>
  );
}
