import { Badge, Button, Card, ConfirmDialog, Skeleton, showToast } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { type Answer, useApiMutation, useApiQuery } from '../../api/index.ts';
import { useAgo } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Settings.module.css';
import { useTelling } from './use-telling.ts';

const LIST = 'GET /api/v1/oauth/grants';
type Grant = Answer<typeof LIST>['grants'][number];

/** Programs of others that somebody has let in. To let one in again is up to the program. */
export function AppsCard() {
  const t = useTranslations('settings.security.apps');
  const tell = useTelling();
  const grants = useApiQuery(LIST, {});
  const [asked, setAsked] = useState<Grant | null>(null);
  const revoke = useApiMutation('DELETE /api/v1/oauth/grants/{id}', {
    onSuccess: () => void showToast({ title: t('removed'), tone: 'good' }),
    onError: (reason) => tell(t('notRemoved'), reason),
    onSettled: () => setAsked(null),
  });
  return (
    <Card title={t('title')} description={t('text')}>
      <Reading of={grants} failed={t('failed')} skeleton={<Skeleton shape="text" lines={2} />}>
        {(list) =>
          list.grants.length === 0 ? (
            <p className={styles.muted}>{t('none')}</p>
          ) : (
            <ul className={styles.rows}>
              {list.grants.map((grant) => (
                <GrantRow key={grant.id} grant={grant} onRemove={() => setAsked(grant)} />
              ))}
            </ul>
          )
        }
      </Reading>
      <ConfirmDialog
        title={t('ask', { name: asked?.client_name ?? '' })}
        confirmLabel={t('remove')}
        cancelLabel={t('cancel')}
        isOpen={asked !== null}
        onOpenChange={() => setAsked(null)}
        onConfirm={() => asked && revoke.mutate({ params: { path: { id: asked.id } } })}
        isDangerous
        isPending={revoke.isPending}
        pendingLabel={t('pending')}
      >
        {t('askText')}
      </ConfirmDialog>
    </Card>
  );
}

function GrantRow({ grant, onRemove }: { grant: Grant; onRemove: () => void }) {
  const t = useTranslations('settings.security.apps');
  const ago = useAgo();
  const { client_name: name, last_used_at: used, scopes, created_at: since } = grant;
  return (
    <li>
      <span className={styles.row}>
        <span className={styles.name}>
          {name}
          <Badge tone={scopes.includes('write') ? 'warning' : 'neutral'}>
            {t(scopes.includes('write') ? 'mayChange' : 'mayRead')}
          </Badge>
        </span>
        <span className={styles.muted}>
          {used === null ? t('since', { when: ago(since) }) : t('used', { when: ago(used) })}
        </span>
      </span>
      <Button size="small" aria-label={t('removeOf', { name })} onPress={onRemove}>
        {t('remove')}
      </Button>
    </li>
  );
}
