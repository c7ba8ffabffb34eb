import { Card, Link, Skeleton } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { useAgo } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import { useUnread } from '../../shell/unread.ts';
import { useTold } from '../notifications/use-told.ts';
import styles from './Dashboard.module.css';

const SHOWN = 4;

/** The latest of what somebody has not read yet. */
export function UnreadCard({ rows, reading }: ReturnType<typeof useLatestUnread>) {
  const t = useTranslations('dashboard.unread');
  const ago = useAgo();
  const count = useUnread();
  return (
    <Card
      title={t('title')}
      {...(count !== null && { description: t('count', { count }) })}
      footer={<Link href="/notifications">{t('all')}</Link>}
    >
      <Reading of={reading} failed={t('failed')} skeleton={<Skeleton shape="block" height="10rem" />}>
        {() =>
          rows.length === 0 ? (
            <p className={styles.about}>{t('none')}</p>
          ) : (
            <ul className={styles.list}>
              {rows.map(({ id, title, body, at }) => (
                <li key={id} className={styles.what}>
                  <strong>{title}</strong>
                  <span className={styles.clipped}>{body}</span>
                  <span className={styles.about}>{ago(at)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Reading>
    </Card>
  );
}

export function useLatestUnread() {
  return useTold({ isUnread: true, limit: SHOWN });
}
