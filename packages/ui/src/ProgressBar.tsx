import type { ReactElement } from 'react';
import { ProgressBar as AriaProgressBar, Label } from 'react-aria-components';
import styles from './ProgressBar.module.css';

export interface ProgressBarProps {
  label: string;
  /** 0..100; without it nobody knows how far it is. */
  value?: number | undefined;
  /** How far, in words; a percentage of the user's language by itself. */
  valueLabel?: string;
}

/** How far something is that ends. */
export function ProgressBar({ label, value, valueLabel }: ProgressBarProps): ReactElement {
  return (
    <AriaProgressBar
      className={styles.bar}
      value={value ?? 0}
      isIndeterminate={value === undefined}
      valueLabel={valueLabel}
    >
      {({ percentage, valueText }) => (
        <>
          <span className={styles.texts}>
            <Label>{label}</Label>
            <span className={styles.value}>{valueText}</span>
          </span>
          <span className={styles.track}>
            <span
              className={styles.fill}
              style={{ width: percentage === undefined ? '40%' : `${percentage}%` }}
            />
          </span>
        </>
      )}
    </AriaProgressBar>
  );
}
