import { Banner, showToast } from '@banyan/ui';
import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import styles from './OfflineBar.module.css';
import { useIsOnline } from './online.ts';

/** Stands above every page as long as the device has no network. */
export function OfflineBar() {
  const t = useTranslations('shell.offline');
  const isOnline = useIsOnline();
  const wasOnline = useRef(isOnline);
  useEffect(() => {
    if (isOnline && !wasOnline.current) showToast({ title: t('back'), tone: 'good' });
    wasOnline.current = isOnline;
  }, [isOnline, t]);
  if (isOnline) return null;
  return (
    <div className={styles.bar}>
      <Banner tone="warning" title={t('title')}>
        {t('text')}
      </Banner>
    </div>
  );
}
