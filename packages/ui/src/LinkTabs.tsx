import { type ReactElement, useRef } from 'react';
import { Link } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './Tabs.module.css';
import { useCentred } from './use-centred.ts';

export interface LinkTabsProps {
  /** Of the navigation. */
  label: string;
  links: ReadonlyArray<{ href: string; title: string; count?: string }>;
  /** The `href` of the one that is shown. */
  current: string | undefined;
}

/** Parts of one thing that have an address each, one of which is shown below: looks as Tabs do, and is a list of links. */
export function LinkTabs({ label, links, current }: LinkTabsProps): ReactElement {
  const shown = useRef<HTMLAnchorElement>(null);
  useCentred(shown, current);
  return (
    <nav aria-label={label}>
      <ul className={classes(styles.list, styles.links)}>
        {links.map(({ href, title, count }) => (
          <li key={href}>
            <Link
              href={href}
              className={styles.tab}
              {...(href === current && { ref: shown, 'aria-current': 'page' as const })}
            >
              {title}
              {count !== undefined && <span className={styles.count}>{count}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
