import { type ReactElement, useId, useMemo, useRef, useState } from 'react';
import styles from './Board.module.css';
import { BoardColumnView, type BoardMoves } from './BoardColumn.tsx';
import { type BoardCard, type BoardColumn, type BoardTarget, cardsToMove, planMove } from './board-moves.ts';
import type { BoardProps } from './board-props.ts';
import { LiveRegion } from './LiveRegion.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import { useLatest } from './use-latest.ts';

/**
 * Cards in columns. They are moved by dragging them (pointer, or Enter on the handle and then arrows or Tab), or by the menu that
 * each card has; several are chosen by Space or their boxes and go together. Each move is told to screen readers.
 */
export function Board<Card extends BoardCard>(props: BoardProps<Card>): ReactElement {
  const { label, columns, isOrdered = false, canMove, onMove, texts, height = '36rem' } = props;
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [told, setTold] = useState('');
  const dragged = useRef<ReadonlySet<string>>(new Set());
  const dragType = `card-of-${useId()}`;
  const chosen = useMemo(() => {
    const present = new Set(columns.flatMap((column) => column.cards.map((card) => card.id)));
    return new Set([...selected].filter((card) => present.has(card)));
  }, [selected, columns]);
  const options = { isOrdered, ...(canMove && { canMove }) };

  const move = (cards: ReadonlySet<string>, target: BoardTarget): void => {
    const plan = planMove(columns, cards, target, options);
    if (!plan) return;
    if (onMove(plan) === false) return;
    setSelected(new Set());
    setTold(texts.moved(plan.cards.length, columns.find(({ id }) => id === target.column)!.title));
  };
  const targetsOf = (cards: ReadonlySet<string>): BoardColumn<Card>[] =>
    columns.filter(
      (column) => planMove(columns, cards, { column: column.id }, { ...options, isOrdered: false }) !== null,
    );
  const moves = useLatest<BoardMoves>({
    onDragStart: (cards) => {
      dragged.current = cardsToMove(chosen, cards);
    },
    accepts: (column) => isOrdered || planMove(columns, dragged.current, { column }, options) !== null,
    onDrop: (target) => move(dragged.current, target),
    targetsOf,
    onMove: move,
  });

  return (
    <section aria-label={label} className={styles.board}>
      <div className={styles.columns} style={{ height }}>
        {columns.map((column) => (
          <BoardColumnView
            key={column.id}
            textOf={props.textOf}
            render={props.render}
            hrefOf={props.hrefOf}
            isOrdered={isOrdered}
            cardHeight={props.cardHeight}
            texts={texts}
            column={column}
            selected={chosen}
            onSelect={setSelected}
            dragType={dragType}
            moves={moves}
          />
        ))}
      </div>
      {chosen.size > 0 && (
        <SelectionBar
          text={texts.selected(chosen.size)}
          moveToLabel={texts.moveTo}
          clearLabel={texts.clearSelection}
          targets={targetsOf(chosen)}
          onMoveTo={(column) => move(chosen, { column })}
          onClear={() => setSelected(new Set())}
        >
          {props.selectionActions?.(chosen)}
        </SelectionBar>
      )}
      <LiveRegion text={told} />
    </section>
  );
}
