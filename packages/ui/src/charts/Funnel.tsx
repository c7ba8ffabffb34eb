import { type ReactElement, useId } from 'react';
import styles from './Funnel.module.css';

export interface FunnelProps {
  title: string;
  /** Of the title, as it fits into its page. */
  level?: 2 | 3 | 4;
  steps: ReadonlyArray<{
    id: string;
    label: string;
    value: number;
    /** The value in the user's language. */
    text: string;
    /** How many of the step before got here: "38 % of applied". */
    share?: string;
  }>;
}

/** How many get from step to step: a list with bars, read as such, and nothing to load for it. */
export function Funnel({ title, level = 3, steps }: FunnelProps): ReactElement {
  const id = useId();
  const Heading = `h${level}` as const;
  const most = Math.max(1, ...steps.map(({ value }) => value));
  return (
    <section aria-labelledby={id} className={styles.funnel}>
      <Heading id={id} className={styles.title}>
        {title}
      </Heading>
      <ol className={styles.steps}>
        {steps.map((step) => (
          <li key={step.id} className={styles.step}>
            <span className={styles.label}>{step.label}</span>
            <span className={styles.value}>
              {step.text}
              {step.share && <span className={styles.share}>{step.share}</span>}
            </span>
            <span className={styles.track} aria-hidden="true">
              <span className={styles.bar} style={{ width: `${(step.value / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
