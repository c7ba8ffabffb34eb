import { showToast } from '@banyan/ui';
import { Outlet, useRouter } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useSession } from '../session/index.ts';
import styles from './Frame.module.css';
import { CONTENT, focusContent } from './focus.ts';
import { Navigation } from './Navigation.tsx';
import { useNews } from './unread.ts';

/** Around the pages of whoever is logged in: a rail beside them where there is room, a bar below them where there is not. */
export function Frame() {
  const t = useTranslations('shell');
  const state = useSession();
  // Until the router has led away, a page would read what it has lost once more, as nobody.
  const isLeaving = state.status === 'out' && state.reason !== 'ended';
  return (
    <div className={styles.frame}>
      <button type="button" className={styles.skip} onClick={focusContent}>
        {t('skip')}
      </button>
      {state.status === 'in' && <News />}
      <Navigation />
      <main id={CONTENT} tabIndex={-1} className={styles.content}>
        {!isLeaving && <Outlet />}
      </main>
    </div>
  );
}

/** Of whoever is logged in, and of nobody in the moment until the router has led away. */
function News() {
  const t = useTranslations('shell');
  const router = useRouter();
  useNews((title, body) => {
    const action = { label: t('showNews'), onAction: () => router.history.push('/notifications') };
    showToast({ title, description: body, tone: 'info', action });
  });
  return null;
}
