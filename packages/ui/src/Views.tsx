import type { ReactElement, ReactNode } from 'react';
import styles from './Views.module.css';

export interface ViewsProps {
  label: string;
  /** Links, of which the one that is shown has `aria-current`. */
  children: ReactNode;
}

/** Ways to see the same things, each with an address of its own: month and agenda, all and unread. */
export function Views({ label, children }: ViewsProps): ReactElement {
  return (
    <nav aria-label={label} className={styles.views}>
      {children}
    </nav>
  );
}
