import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './Stack.module.css';

export interface StackProps {
  children: ReactNode;
  /** A row wraps where there is no room. */
  direction?: 'column' | 'row';
  /** Step of the spacing scale. */
  gap?: 0 | 1 | 2 | 3 | 4 | 5 | 6;
  align?: 'start' | 'center' | 'end' | 'stretch' | 'baseline';
  justify?: 'start' | 'center' | 'end' | 'between';
  as?: 'div' | 'section' | 'ul' | 'ol' | 'header' | 'footer' | 'form';
}

/** Things below or beside each other with the same space between. */
export function Stack({
  children,
  direction = 'column',
  gap = 4,
  align,
  justify,
  as: Element = 'div',
}: StackProps): ReactElement {
  return (
    <Element
      className={classes(
        styles.stack,
        styles[direction],
        styles[`gap${gap}`],
        align && styles[`align-${align}`],
        justify && styles[`justify-${justify}`],
      )}
    >
      {children}
    </Element>
  );
}
