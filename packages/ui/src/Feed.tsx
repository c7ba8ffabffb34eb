import {
  type KeyboardEvent,
  memo,
  type ReactElement,
  type ReactNode,
  useDeferredValue,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
} from 'react';
import styles from './Feed.module.css';
import { Link } from './Link.tsx';

export interface FeedProps<Item extends object> {
  label: string;
  items: readonly Item[];
  /** Of all there are, also of those that have not been read yet. */
  total: number;
  idOf: (item: Item) => string;
  /** What an item is called, for screen readers. */
  textOf: (item: Item) => string;
  /** What is read of its heading, which is the link. */
  titleOf: (item: Item) => ReactNode;
  /** The page that an item leads to. */
  hrefOf: (item: Item) => string;
  /** Below the heading; without anything that can be pressed. */
  render: (item: Item) => ReactNode;
  /** As high as most are, px: each has its own once it is near. */
  itemHeight: number;
  isBusy?: boolean;
  /** Its end has come near. Called again as soon as there are more items and it still is. */
  onNearEnd?: (() => void) | undefined;
  /** Below it, while there is more to come: what says so. */
  more?: ReactNode;
}

/**
 * Thousands of items, which scroll with the page, each a link: more of them are asked for as their end comes near. It costs scrolling nothing: all stay in the
 * page, a browser lays out and paints a block of them at a time, long before it is seen, and new ones are drawn between frames. Where its
 * properties are those of before, functions among them, no item is drawn again.
 */
export function Feed<Item extends object>({
  label,
  items: latest,
  isBusy = false,
  onNearEnd,
  more,
  ...rows
}: FeedProps<Item>): ReactElement {
  const items = useDeferredValue(latest);
  const blocks = useMemo(() => blocksOf(items), [items]);
  return (
    <>
      <div role="feed" aria-label={label} aria-busy={isBusy} className={styles.feed} onKeyDown={goOn}>
        {blocks.map((block, at) => (
          <Block {...rows} key={rows.idOf(block[0]!)} items={block} from={at * BLOCK} />
        ))}
      </div>
      {onNearEnd && (
        <End key={items.length} onNear={onNearEnd}>
          {more}
        </End>
      )}
    </>
  );
}

/** So many are laid out at once: each time is a frame that shows something new, which few of them may. */
const BLOCK = 50;

function blocksOf<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / BLOCK) }, (_, at) =>
    items.slice(at * BLOCK, (at + 1) * BLOCK),
  );
}

type RowProps<Item extends object> = Pick<
  FeedProps<Item>,
  'total' | 'textOf' | 'titleOf' | 'hrefOf' | 'render'
>;

function Block<Item extends object>({
  items,
  from,
  idOf,
  itemHeight,
  ...rows
}: RowProps<Item> &
  Pick<FeedProps<Item>, 'idOf' | 'itemHeight'> & { items: Item[]; from: number }): ReactElement {
  return (
    <div
      className={styles.block}
      style={{ containIntrinsicBlockSize: `auto ${items.length * itemHeight}px` }}
    >
      {items.map((item, at) => (
        <Row {...rows} key={idOf(item)} item={item} position={from + at + 1} />
      ))}
    </div>
  );
}

const Row = memo(RowOf) as typeof RowOf;

function RowOf<Item extends object>({
  item,
  position,
  total,
  textOf,
  titleOf,
  hrefOf,
  render,
}: RowProps<Item> & { item: Item; position: number }): ReactElement {
  return (
    <article className={styles.item} aria-label={textOf(item)} aria-posinset={position} aria-setsize={total}>
      <h3 className={styles.title}>
        <Link href={hrefOf(item)} isPlain>
          {titleOf(item)}
        </Link>
      </h3>
      {render(item)}
    </article>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, PageDown: 1, ArrowUp: -1, PageUp: -1 };

/** From an item to the next or the one before, by the keys of a feed and those of a list. */
function goOn(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const links = [...event.currentTarget.querySelectorAll('a')];
  const next = links[links.indexOf(event.target as HTMLAnchorElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
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
