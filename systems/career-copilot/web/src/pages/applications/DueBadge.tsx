import { Icon } from '@banyan/ui';
import { useNow, useTranslations } from 'use-intl';
import { useAgo } from '../../i18n/index.ts';
import styles from './Applications.module.css';
import type { ApplicationRow } from './rows.ts';

const MINUTE_MS = 60_000;

/** What is to be done next, and until when. */
export function DueBadge({ action: { what, dueAt } }: { action: NonNullable<ApplicationRow['action']> }) {
  const t = useTranslations('applications');
  const ago = useAgo();
  const isOver = Date.parse(dueAt) < useNow({ updateInterval: MINUTE_MS }).getTime();
  return (
    <span className={`${styles.due} ${isOver ? styles.over : ''}`}>
      <Icon name="clock" size={12} />
      <span>{t('due', { what, when: ago(dueAt) })}</span>
    </span>
  );
}
