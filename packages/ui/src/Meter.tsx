import type { ReactElement } from 'react';
import { Meter as AriaMeter, Label } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './ProgressBar.module.css';
import type { Tone } from './tones.ts';

export interface MeterProps {
  label: string;
  /** Between minValue (0) and maxValue (100). */
  value: number;
  minValue?: number;
  maxValue?: number;
  valueLabel?: string;
  tone?: 'accent' | Tone;
}

/** How much of something there is: a match, a quota, the strength of a password. */
export function Meter({ label, tone = 'accent', ...rest }: MeterProps): ReactElement {
  return (
    <AriaMeter {...rest} className={classes(styles.bar, styles[tone])}>
      {({ percentage, valueText }) => (
        <>
          <span className={styles.texts}>
            <Label>{label}</Label>
            <span className={styles.value}>{valueText}</span>
          </span>
          <span className={styles.track}>
            <span className={styles.fill} style={{ width: `${percentage}%` }} />
          </span>
        </>
      )}
    </AriaMeter>
  );
}
