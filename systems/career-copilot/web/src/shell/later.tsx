import { type ComponentProps, lazy, Suspense } from 'react';
import styles from './later.module.css';

/*
 * What of the frame a page can be read and used without: menus and drawers bring along what opens, places and traps the focus. It
 * comes when the page is there, into a place that is kept for it.
 */
const LazyMenus = lazy(async () => ({ default: (await import('./DisplayMenus.tsx')).DisplayMenus }));
const LazyDrawer = lazy(async () => ({ default: (await import('./MoreDrawer.tsx')).MoreDrawer }));

export function DisplayMenus() {
  return (
    <span className={styles.menus}>
      <Suspense>
        <LazyMenus />
      </Suspense>
    </span>
  );
}

export function MoreDrawer(props: ComponentProps<typeof LazyDrawer>) {
  return (
    <Suspense>
      <LazyDrawer {...props} />
    </Suspense>
  );
}
