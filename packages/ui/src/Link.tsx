import type { ReactElement, ReactNode } from 'react';
import { Link as AriaLink } from 'react-aria-components';
import { classes } from './classes.ts';
import { Icon } from './Icon.tsx';
import styles from './Link.module.css';

export interface LinkProps {
  href: string;
  children: ReactNode;
  /** Not underlined until pointed at: for lists of links, never inside running text. */
  isPlain?: boolean;
  /** Opens another site in a new tab; the text says so to screen readers ("opens in a new tab"). */
  externalLabel?: string;
  'aria-current'?: 'page' | 'true';
}

export function Link({ href, children, isPlain, externalLabel, ...rest }: LinkProps): ReactElement {
  return (
    <AriaLink
      {...rest}
      href={href}
      {...(externalLabel && { target: '_blank', rel: 'noopener noreferrer' })}
      className={classes(styles.link, isPlain && styles.plain)}
    >
      {children}
      {externalLabel && (
        <span className={styles.external} role="img" aria-label={externalLabel}>
          <Icon name="external" size={12} />
        </span>
      )}
    </AriaLink>
  );
}
