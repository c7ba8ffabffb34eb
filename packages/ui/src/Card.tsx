import { type ReactElement, type ReactNode, useId } from 'react';
import styles from './Card.module.css';
import { classes } from './classes.ts';

export interface CardProps {
  title?: ReactNode;
  /** Of the title, as it fits into its page. */
  level?: 2 | 3 | 4;
  description?: ReactNode;
  /** Beside the title: buttons, a menu. */
  actions?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  /** No space around what it holds: a table, a list. */
  isFlush?: boolean;
}

/** What belongs together, raised from the page. With a title it is a region of that name. */
export function Card({
  title,
  level = 2,
  description,
  actions,
  children,
  footer,
  isFlush,
}: CardProps): ReactElement {
  const id = useId();
  const Heading = `h${level}` as const;
  const Element = title ? 'section' : 'div';
  return (
    <Element className={styles.card} {...(title && { 'aria-labelledby': id })}>
      {(title || actions) && (
        <header className={styles.head}>
          <div className={styles.heading}>
            {title && (
              <Heading id={id} className={styles.title}>
                {title}
              </Heading>
            )}
            {description && <p className={styles.description}>{description}</p>}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      {children !== undefined && (
        <div className={classes(styles.body, isFlush && styles.flush)}>{children}</div>
      )}
      {footer && <footer className={styles.footer}>{footer}</footer>}
    </Element>
  );
}
