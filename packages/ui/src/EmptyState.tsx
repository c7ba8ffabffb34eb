import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import styles from './State.module.css';

export interface EmptyStateProps {
  icon: IconName;
  title: string;
  level?: 2 | 3 | 4;
  /** What to do about it. */
  children?: ReactNode;
  action?: ReactNode;
}

/** There is nothing here yet, and what to do about it. */
export function EmptyState({ icon, title, level = 2, children, action }: EmptyStateProps): ReactElement {
  const Heading = `h${level}` as const;
  return (
    <div className={styles.state}>
      <span className={styles.sign}>
        <Icon name={icon} size={24} />
      </span>
      <Heading className={styles.title}>{title}</Heading>
      {children && <div className={styles.text}>{children}</div>}
      {action && <div className={styles.actions}>{action}</div>}
    </div>
  );
}
