import type { ReactElement, ReactNode } from 'react';
import styles from './Badge.module.css';
import { classes } from './classes.ts';
import { Icon, type IconName } from './Icon.tsx';

export interface BadgeProps {
  tone?: 'neutral' | 'accent' | 'info' | 'good' | 'warning' | 'danger';
  icon?: IconName;
  children: ReactNode;
}

/** A word about a thing: new, remote, draft. */
export function Badge({ tone = 'neutral', icon, children }: BadgeProps): ReactElement {
  return (
    <span className={classes(styles.badge, styles[tone])}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

/** The state that a thing is in: a dot of the tone and the word, which says it without the colour. */
export function Status({ tone = 'neutral', children }: Omit<BadgeProps, 'icon'>): ReactElement {
  return (
    <span className={classes(styles.status, styles[`${tone}-dot`])}>
      <span className={styles.dot} aria-hidden="true" />
      {children}
    </span>
  );
}
