import type { ReactElement } from 'react';
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

export interface BoardColumnViewProps<Card extends BoardCard>
  extends Pick<BoardProps<Card>, 'textOf' | 'render' | 'hrefOf' | 'isOrdered' | 'cardHeight' | 'texts'> {
  column: BoardColumn<Card>;
  /** Of the whole board. */
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  /** Tells the cards of this board from what else is dragged. */
  dragType: string;
  onDragStart: (cards: Set<string>) => void;
  /** Whether what is dragged may come here. */
  accepts: () => boolean;
  onDrop: (beside?: BoardTarget['beside']) => void;
  /** The columns that cards may go to. */
  targetsOf: (cards: ReadonlySet<string>) => BoardColumn<Card>[];
  onMoveTo: (card: string, column: string) => void;
}

export function BoardColumnView<Card extends BoardCard>(props: BoardColumnViewProps<Card>): ReactElement {
  const { column, textOf, render, hrefOf, cardHeight = 96, texts, selected, onSelect } = props;
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
          dependencies={[render, selected]}
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
                  entries={props.targetsOf(new Set([card.id])).map(({ id, title }) => ({ id, label: title }))}
                  onAction={(target) => props.onMoveTo(card.id, target)}
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
  const { textOf, dragType, isOrdered, onDragStart, accepts, onDrop } = props;
  return useDragAndDrop<Card>({
    getItems: (keys, cards) =>
      [...keys].map((key, at) => ({
        'text/plain': cards[at] ? textOf(cards[at]) : String(key),
        [dragType]: String(key),
      })),
    onDragStart: ({ keys }) => onDragStart(new Set([...keys].map(String))),
    acceptedDragTypes: [dragType],
    getAllowedDropOperations: () => ['move'],
    getDropOperation: (target) =>
      accepts() && (target.type === 'root' || target.dropPosition !== 'on') ? 'move' : 'cancel',
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
