import { Badge, Button, Card, Skeleton, showToast } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useApiMutation, useApiQuery } from '../../api/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Settings.module.css';
import { useTelling } from './use-telling.ts';

/** The address of the account, and whether it is known to be its owner's. */
export function EmailCard() {
  const t = useTranslations('settings.security.email');
  const tell = useTelling();
  const address = useApiQuery('GET /api/v1/auth/email-verification', {});
  const send = useApiMutation('POST /api/v1/auth/email-verification', {
    changes: [],
    onSuccess: () => void showToast({ title: t('sent'), description: t('sentText'), tone: 'good' }),
    onError: (reason) => tell(t('notSent'), reason),
  });
  return (
    <Card title={t('title')}>
      <Reading of={address} failed={t('failed')} skeleton={<Skeleton shape="text" width="16rem" />}>
        {({ email, email_verified }) => (
          <ul className={styles.rows}>
            <li>
              <span className={styles.row}>
                <span className={styles.name}>
                  {email}
                  <Badge tone={email_verified ? 'good' : 'warning'}>
                    {t(email_verified ? 'confirmed' : 'unconfirmed')}
                  </Badge>
                </span>
                {!email_verified && <span className={styles.muted}>{t('why')}</span>}
              </span>
              {!email_verified && (
                <Button
                  isPending={send.isPending}
                  pendingLabel={t('pending')}
                  onPress={() => send.mutate({})}
                >
                  {t('send')}
                </Button>
              )}
            </li>
          </ul>
        )}
      </Reading>
    </Card>
  );
}
