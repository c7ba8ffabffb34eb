import { Outlet } from '@tanstack/react-router';
import { CONTENT } from './focus.ts';
import styles from './OpenFrame.module.css';

/** Around the pages that need no login: one card in the middle. */
export function OpenFrame() {
  return (
    <main id={CONTENT} className={styles.frame}>
      <Outlet />
    </main>
  );
}
