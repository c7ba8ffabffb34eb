import { Skeleton, SkeletonGroup } from '@banyan/ui';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import styles from './PendingPage.module.css';

/** From then on a page that is still on its way says so, ms. */
const SLOW_MS = 8_000;

/** In place of a page whose code is on its way. */
export function PendingPage() {
  const t = useTranslations('shell');
  const isSlow = useIsSlow();
  return (
    <SkeletonGroup label={t('starting')}>
      <div className={styles.page}>
        <Skeleton shape="title" width="14rem" />
        <Skeleton shape="block" height="16rem" />
        {isSlow && <p className={styles.slow}>{t('slow')}</p>}
      </div>
    </SkeletonGroup>
  );
}

function useIsSlow(): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSlow;
}
