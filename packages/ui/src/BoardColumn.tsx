import { memo, type ReactElement } from 'react';
import {
  Button,
  GridList,
  GridListItem,
  ListLayout,
  useDragAndDrop,
  Virtualizer,
} from 'react-aria-components';
import styles from './Board.module.css';
import type { BoardCard, BoardColumn, BoardTarget } from './board-moves.ts';
import type { BoardProps } from './board-props.ts';
import { Checkbox } from './Checkbox.tsx';
import { Icon } from './Icon.tsx';
import { IconButton } from './IconButton.tsx';
import { Menu } from './Menu.tsx';

/** What may be done with cards as the board is now. */
export interface BoardMoves {
  onDragStart: (cards: Set<string>) => void;
  /** Whether what is dragged may come to the column. */
  accepts: (column: string) => boolean;
  onDrop: (target: BoardTarget) => void;
  /** The columns that cards may go to. */
  targetsOf: (cards: ReadonlySet<string>) => ReadonlyArray<{ id: string; title: string }>;
  onMove: (cards: ReadonlySet<string>, target: BoardTarget) => void;
}

export interface BoardColumnViewProps<Card extends BoardCard>
  extends Pick<BoardProps<Card>, 'textOf' | 'render' | 'texts'> {
  hrefOf: ((card: Card) => string) | undefined;
  isOrdered: boolean;
  cardHeight: number | undefined;
  column: BoardColumn<Card>;
  /** Of the whole board. */
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  /** Tells the cards of this board from what else is dragged. */
  dragType: string;
  moves: { readonly current: BoardMoves };
}

/** Rendered anew when something of its own has changed: a board has many cards, and is told of each change of one. */
export const BoardColumnView = memo(Column) as typeof Column;

function Column<Card extends BoardCard>(props: BoardColumnViewProps<Card>): ReactElement {
  const { column, textOf, render, hrefOf, cardHeight = 96, texts, selected, onSelect, moves } = props;
  const { dragAndDropHooks } = useCardDrag(props);
  const own = column.cards.map((card) => card.id);
  return (
    <div className={styles.column}>
      <h3 className={styles.title}>
        {column.title}
        <span className={styles.count}>{column.cards.length}</span>
      </h3>
      <Virtualizer layout={ListLayout} layoutOptions={{ estimatedRowHeight: cardHeight, gap: 8, padding: 8 }}>
        <GridList
          aria-label={column.title}
          items={column.cards}
          dependencies={[textOf, render, hrefOf, texts]}
          className={styles.cards}
          dragAndDropHooks={dragAndDropHooks}
          selectionMode="multiple"
          selectedKeys={own.filter((card) => selected.has(card))}
          onSelectionChange={(keys) => {
            const chosen = keys === 'all' ? own : [...keys].map(String);
            onSelect(new Set([...[...selected].filter((card) => !own.includes(card)), ...chosen]));
          }}
          renderEmptyState={() => <p className={styles.empty}>{texts.emptyColumn}</p>}
        >
          {(card) => (
            <GridListItem
              textValue={textOf(card)}
              className={styles.card}
              {...(hrefOf && { href: hrefOf(card) })}
            >
              <Button slot="drag" className={styles.handle} aria-label={texts.drag(textOf(card))}>
                <Icon name="drag" />
              </Button>
              <div className={styles.content}>{render(card)}</div>
              <div className={styles.tools}>
                <Checkbox slot="selection" />
                <Menu
                  trigger={<IconButton icon="forward" label={texts.moveTo} size="small" />}
                  entries={() =>
                    moves.current.targetsOf(new Set([card.id])).map(({ id, title }) => ({ id, label: title }))
                  }
                  onAction={(target) => moves.current.onMove(new Set([card.id]), { column: target })}
                />
              </div>
            </GridListItem>
          )}
        </GridList>
      </Virtualizer>
    </div>
  );
}

function useCardDrag<Card extends BoardCard>(props: BoardColumnViewProps<Card>) {
  const { column, textOf, dragType, isOrdered, moves } = props;
  const onDrop = (beside?: BoardTarget['beside']) =>
    moves.current.onDrop({ column: column.id, ...(beside && { beside }) });
  return useDragAndDrop<Card>({
    getItems: (keys, cards) =>
      [...keys].map((key, at) => ({
        'text/plain': cards[at] ? textOf(cards[at]) : String(key),
        [dragType]: String(key),
      })),
    onDragStart: ({ keys }) => moves.current.onDragStart(new Set([...keys].map(String))),
    acceptedDragTypes: [dragType],
    getAllowedDropOperations: () => ['move'],
    getDropOperation: (target) =>
      moves.current.accepts(column.id) && (target.type === 'root' || target.dropPosition !== 'on')
        ? 'move'
        : 'cancel',
    onRootDrop: () => onDrop(),
    ...(isOrdered && {
      onInsert: ({ target }) => onDrop(besideOf(target)),
      onReorder: ({ target }) => onDrop(besideOf(target)),
    }),
    renderDragPreview: (items) => (
      <div className={styles.preview}>
        {items[0]?.['text/plain']}
        {items.length > 1 && <span className={styles.count}>{items.length}</span>}
      </div>
    ),
  });
}

function besideOf({
  key,
  dropPosition,
}: {
  key: string | number;
  dropPosition: 'on' | 'before' | 'after';
}): BoardTarget['beside'] {
  return { card: String(key), position: dropPosition === 'before' ? 'before' : 'after' };
}
