import { Card, Link, Skeleton } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useApiQuery } from '../../api/index.ts';
import { useAgo } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Dashboard.module.css';

const SHOWN = 4;

/** The latest of what somebody has not read yet. */
export function UnreadCard() {
  const t = useTranslations('dashboard.unread');
  const ago = useAgo();
  const unread = useApiQuery('GET /api/v1/notifications', {
    params: { query: { unread_only: true, page: 1, limit: SHOWN } },
  });
  return (
    <Card
      title={t('title')}
      {...(unread.data && { description: t('count', { count: unread.data.total_count }) })}
      footer={<Link href="/notifications">{t('all')}</Link>}
    >
      <Reading of={unread} failed={t('failed')} skeleton={<Skeleton shape="block" height="10rem" />}>
        {({ notifications }) =>
          notifications.length === 0 ? (
            <p className={styles.about}>{t('none')}</p>
          ) : (
            <ul className={styles.list}>
              {notifications.map(({ id, title, body, created_at }) => (
                <li key={id} className={styles.what}>
                  <strong>{title}</strong>
                  <span className={styles.clipped}>{body}</span>
                  <span className={styles.about}>{ago(created_at)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Reading>
    </Card>
  );
}
