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
  /** With a height (CSS length) the list scrolls in it and draws only what is seen: for hundreds of items and more. */
  height?: string;
  /** Pixels of an item of a list with a height; each has its own once it is seen, unless isFixed. */
  itemHeight?: number;
  isFixed?: boolean;
  empty?: ReactNode;
  /** Values, other than the items, on which what is rendered depends. */
  dependencies?: readonly unknown[];
}

/** Items below each other, each with more than one line and perhaps buttons: results, notifications, contacts. */
export function List<Item extends object>(props: ListProps<Item>): ReactElement {
  const {
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
    isFixed,
    empty,
  } = props;
  const list = (
    <GridList
      aria-label={label}
      items={items}
      dependencies={[render, current, ...(props.dependencies ?? [])]}
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
    <Virtualizer
      layout={ListLayout}
      layoutOptions={isFixed ? { rowHeight: itemHeight } : { estimatedRowHeight: itemHeight }}
    >
      {list}
    </Virtualizer>
  );
}
