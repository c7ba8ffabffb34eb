import { Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Brand } from './Brand.tsx';
import { CONTENT } from './focus.ts';
import { DisplayMenus } from './later.tsx';
import styles from './OpenFrame.module.css';

/** Around the pages that need no login, and what stands in for a page that is not there: one column in the middle. */
export function OpenFrame({ children = <Outlet /> }: { children?: ReactNode }) {
  return (
    <div className={styles.frame}>
      <header className={styles.top}>
        <Brand />
        <span className={styles.controls}>
          <DisplayMenus />
        </span>
      </header>
      <main id={CONTENT} tabIndex={-1} className={styles.content}>
        {children}
      </main>
    </div>
  );
}
