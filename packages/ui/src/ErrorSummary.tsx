import { type ReactElement, useEffect, useRef } from 'react';
import styles from './ErrorSummary.module.css';
import { Icon } from './Icon.tsx';

export interface ErrorSummaryProps {
  title: string;
  /** fieldId is the id of the field, or onSelect brings the focus there. */
  errors: Array<{ text: string; fieldId?: string; onSelect?: () => void }>;
  /** Changes with each attempt to send: then the summary takes the focus. */
  attempt?: number;
}

/** What keeps a form from being sent, in the order of its fields; each leads to its field. Nothing without errors. */
export function ErrorSummary({ title, errors, attempt = 0 }: ErrorSummaryProps): ReactElement | null {
  const box = useRef<HTMLDivElement>(null);
  const isShown = errors.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt takes the focus again, with the same errors too
  useEffect(() => {
    if (isShown) box.current?.focus();
  }, [isShown, attempt]);
  if (!isShown) return null;
  return (
    <div ref={box} role="alert" tabIndex={-1} className={styles.summary}>
      <Icon name="danger" size={18} />
      <div>
        <p className={styles.title}>{title}</p>
        <ul className={styles.list}>
          {errors.map(({ text, fieldId, onSelect }) => (
            <li key={`${fieldId ?? ''}${text}`}>
              {fieldId || onSelect ? (
                <button
                  type="button"
                  className={styles.lead}
                  onClick={() => (onSelect ? onSelect() : document.getElementById(fieldId!)?.focus())}
                >
                  {text}
                </button>
              ) : (
                text
              )}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
