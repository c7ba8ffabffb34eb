import type { ReactElement, ReactNode } from 'react';
import styles from './Columns.module.css';
import { classes } from './classes.ts';

export interface ColumnsProps {
  children: ReactNode;
  /** What goes with it: beside it where there is room, else below. */
  aside: ReactNode;
  /** It stays in sight while the main part is scrolled. Default false. */
  isAsideSticky?: boolean;
}

/** The main part of a page, and what goes with it. */
export function Columns({ children, aside, isAsideSticky = false }: ColumnsProps): ReactElement {
  return (
    <div className={styles.columns}>
      <div className={styles.main}>{children}</div>
      <div className={classes(styles.aside, isAsideSticky && styles.sticky)}>{aside}</div>
    </div>
  );
}
