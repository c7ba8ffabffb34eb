import type { ReactElement } from 'react';
import { ProgressBar } from 'react-aria-components';
import styles from './Spinner.module.css';

/** Something is under way and nobody knows how long. Without a label it is for the eye only. */
export function Spinner({ label, size = 16 }: { label?: string | undefined; size?: number }): ReactElement {
  const ring = (
    <svg
      className={styles.ring}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      aria-hidden="true"
    >
      <circle className={styles.track} cx="12" cy="12" r="9" strokeWidth="3" />
      <path d="M12 3a9 9 0 0 1 9 9" stroke="currentColor" strokeWidth="3" strokeLinecap="round" />
    </svg>
  );
  if (!label) return ring;
  return (
    <ProgressBar isIndeterminate aria-label={label}>
      {ring}
    </ProgressBar>
  );
}
