import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.ts';
import { Icon } from './Icon.tsx';
import styles from './Stat.module.css';

export interface StatProps {
  label: string;
  /** The figure, written in the user's language. */
  value: ReactNode;
  /** "up 12 % on last month"; whether up is good depends on what is counted. */
  change?: { text: string; direction: 'up' | 'down' | 'same'; isGood?: boolean };
  hint?: ReactNode;
}

/** One figure with its name. */
export function Stat({ label, value, change, hint }: StatProps): ReactElement {
  return (
    <dl className={styles.stat}>
      <dt className={styles.label}>{label}</dt>
      <dd className={styles.value}>{value}</dd>
      {change && (
        <dd
          className={classes(
            styles.change,
            change.isGood === true && styles.good,
            change.isGood === false && styles.bad,
          )}
        >
          {change.direction !== 'same' && <Icon name={change.direction} size={14} />}
          {change.text}
        </dd>
      )}
      {hint && <dd className={styles.hint}>{hint}</dd>}
    </dl>
  );
}
