import type { ReactElement, ReactNode } from 'react';
import { GridList, GridListItem, ListLayout, Virtualizer } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './List.module.css';

export interface ListProps<Item extends object> {
  label: string;
  items: readonly Item[];
  idOf: (item: Item) => string;
  /** What an item is called, for typing ahead and screen readers. */
  textOf: (item: Item) => string;
  render: (item: Item) => ReactNode;
  /** The page that an item leads to. */
  hrefOf?: (item: Item) => string;
  onAction?: (id: string) => void;
  /** The one that is shown beside the list. */
  current?: string | undefined;
  /** With a height (CSS length) the list scrolls in it, and only what is seen is drawn. */
  height?: string;
  /** Pixels of an item of a list with a height, as most are: each has its own once it is seen. */
  itemHeight?: number;
  empty?: ReactNode;
  /** Values, other than the items, on which what is rendered depends. */
  dependencies?: readonly unknown[];
}

/** Items below each other, each with more than one line and perhaps buttons: notifications, contacts. Thousands of them, which scroll with the page, are a `Feed`. */
export function List<Item extends object>({
  label,
  items,
  idOf,
  textOf,
  render,
  hrefOf,
  onAction,
  current,
  height,
  itemHeight = 72,
  empty,
  dependencies = [],
}: ListProps<Item>): ReactElement {
  const list = (
    <GridList
      aria-label={label}
      items={items}
      dependencies={[render, current, ...dependencies]}
      onAction={onAction && ((key) => onAction(String(key)))}
      className={classes(styles.list, height !== undefined && styles.window)}
      {...(height !== undefined && { style: { height } })}
      renderEmptyState={() => <div className={styles.empty}>{empty}</div>}
    >
      {(item) => (
        <GridListItem
          id={idOf(item)}
          textValue={textOf(item)}
          {...(hrefOf && { href: hrefOf(item) })}
          className={classes(styles.item, idOf(item) === current && styles.current)}
        >
          {render(item)}
        </GridListItem>
      )}
    </GridList>
  );
  if (height === undefined) return list;
  return (
    <Virtualizer layout={ListLayout} layoutOptions={{ estimatedRowHeight: itemHeight }}>
      {list}
    </Virtualizer>
  );
}
