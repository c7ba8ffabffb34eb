import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import styles from './Page.module.css';

/**
 * A page: its heading, which is also the title of the tab, what can be done with it as a whole, and what it shows. `width`: text and
 * forms are narrow, boards and tables take what there is.
 */
export function Page({
  title,
  lead,
  actions,
  width = 'normal',
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  width?: 'narrow' | 'normal' | 'full';
  children: ReactNode;
}) {
  const t = useTranslations('shell');
  return (
    <div className={`${styles.page} ${styles[width]}`}>
      <title>{`${title} · ${t('product')}`}</title>
      <header className={styles.head}>
        <div className={styles.heading}>
          <h1 tabIndex={-1}>{title}</h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
