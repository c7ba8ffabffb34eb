import { memo, type ReactElement, type ReactNode, useEffect, useEffectEvent, useRef } from 'react';
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
  /**
   * With a height (CSS length) the list scrolls in it, with `page` it scrolls with the page; either way only what is seen is drawn: for hundreds of
   * items and more.
   */
  height?: 'page' | (string & {});
  /** Pixels of an item of a list with a height; each has its own once it is seen, unless isFixed. */
  itemHeight?: number;
  isFixed?: boolean;
  /** Of a list that scrolls with the page: its end has come near. Called again as soon as there are more items and it still is. */
  onNearEnd?: (() => void) | undefined;
  /** Below it, while there is more to come: what says so. */
  more?: ReactNode;
  empty?: ReactNode;
  /** Values, other than the items, on which what is rendered depends. */
  dependencies?: readonly unknown[];
}

/**
 * Items below each other, each with more than one line and perhaps buttons: results, notifications, contacts. Where its properties are those of
 * before, functions among them, its items are not drawn again.
 */
export function List<Item extends object>({ onNearEnd, more, ...props }: ListProps<Item>): ReactElement {
  return (
    <>
      <Items {...props} />
      {onNearEnd && (
        <End key={props.items.length} onNear={onNearEnd}>
          {more}
        </End>
      )}
    </>
  );
}

const Items = memo(ItemsOf) as typeof ItemsOf;

function ItemsOf<Item extends object>({
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
  dependencies = [],
}: Omit<ListProps<Item>, 'onNearEnd' | 'more'>): ReactElement {
  const ownHeight = height === 'page' ? undefined : height;
  const list = (
    <GridList
      aria-label={label}
      items={items}
      dependencies={[render, current, ...dependencies]}
      onAction={onAction && ((key) => onAction(String(key)))}
      className={classes(styles.list, ownHeight !== undefined && styles.window)}
      {...(ownHeight !== undefined && { style: { height: ownHeight } })}
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

/** So much of the screen's height before it is seen the end is near. */
const NEAR = '200%';

function End({ onNear, children }: { onNear: () => void; children: ReactNode }): ReactElement {
  const end = useRef<HTMLDivElement>(null);
  const tell = useEffectEvent(onNear);
  useEffect(() => {
    const observer = new IntersectionObserver((seen) => seen.at(-1)?.isIntersecting && tell(), {
      rootMargin: `0px 0px ${NEAR} 0px`,
    });
    observer.observe(end.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={end} className={styles.end}>
      {children}
    </div>
  );
}
