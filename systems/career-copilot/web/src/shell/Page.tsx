import { Icon, Link } from '@banyan/ui';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import styles from './Page.module.css';

/**
 * A page: its heading, which is also the title of the tab, what can be done with it as a whole, and what it shows. `width`: text and
 * forms are narrow, boards and tables take what there is.
 * `parent`: the page that it is a part of.
 */
export function Page({
  title,
  parent,
  lead,
  actions,
  width = 'normal',
  children,
}: {
  title: string;
  parent?: { title: string; href: string };
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
          {parent !== undefined && (
            <p className={styles.parent}>
              <Link href={parent.href} isPlain>
                <Icon name="left" size={14} />
                {parent.title}
              </Link>
            </p>
          )}
          <h1 tabIndex={-1}>{title}</h1>
          {lead !== undefined && <div className={styles.lead}>{lead}</div>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
