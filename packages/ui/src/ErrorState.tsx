import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.ts';
import { Icon, type IconName } from './Icon.tsx';
import styles from './State.module.css';

export interface ErrorStateProps {
  icon?: IconName;
  title: string;
  level?: 1 | 2 | 3 | 4;
  /** Why, in words of the user. */
  reason: ReactNode;
  /** The way on: try again, back, log in. */
  action: ReactNode;
  /** What somebody who helps would ask for: a code, a trace. */
  details?: ReactNode;
}

/** Something could not be shown: why, and the way on. */
export function ErrorState({
  icon = 'warning',
  title,
  level = 2,
  reason,
  action,
  details,
}: ErrorStateProps): ReactElement {
  const Heading = `h${level}` as const;
  return (
    <div role="alert" className={classes(styles.state, styles.error)}>
      <span className={styles.sign}>
        <Icon name={icon} size={24} />
      </span>
      <Heading className={styles.title}>{title}</Heading>
      <div className={styles.text}>{reason}</div>
      <div className={styles.actions}>{action}</div>
      {details && <div className={styles.details}>{details}</div>}
    </div>
  );
}
