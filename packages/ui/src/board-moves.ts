/** A card that a board shows; what else it has is the page's. */
export interface BoardCard {
  id: string;
}

export interface BoardColumn<Card extends BoardCard> {
  id: string;
  title: string;
  cards: readonly Card[];
}

/** Where cards go to: into a column, before or after one of its cards; without it, in front of all. */
export interface BoardTarget {
  column: string;
  beside?: { card: string; position: 'before' | 'after' };
}

/** What a board tells of a move, so that the page can send it and take it back. */
export interface BoardMove {
  /** In the order in which they stand in their columns. */
  cards: string[];
  target: BoardTarget;
  /** The column that each card came from. */
  from: Record<string, string>;
}

/** All that was chosen goes with a chosen card that is dragged, from other columns too; another card goes alone. */
export function cardsToMove(selected: ReadonlySet<string>, dragged: Iterable<string>): Set<string> {
  const cards = new Set(dragged);
  const isOfSelection = [...cards].some((card) => selected.has(card));
  return isOfSelection ? new Set([...cards, ...selected]) : cards;
}

/**
 * The move that brings the cards to the target, or null if nothing would change: none of them is on the board, may go there, or
 * is elsewhere. In a board without an order, what is in the column already stays where it is.
 */
export function planMove<Card extends BoardCard>(
  columns: readonly BoardColumn<Card>[],
  cards: ReadonlySet<string>,
  target: BoardTarget,
  {
    isOrdered = false,
    canMove = () => true,
  }: { isOrdered?: boolean; canMove?: (card: Card, column: string) => boolean } = {},
): BoardMove | null {
  const moving = columns.flatMap((column) =>
    column.cards
      .filter(
        (card) =>
          cards.has(card.id) && (column.id === target.column ? isOrdered : canMove(card, target.column)),
      )
      .map((card) => ({ card: card.id, from: column.id })),
  );
  if (moving.length === 0) return null;
  const move: BoardMove = {
    cards: moving.map(({ card }) => card),
    target,
    from: Object.fromEntries(moving.map(({ card, from }) => [card, from])),
  };
  return sameOrder(columns, moveCards(columns, move)) ? null : move;
}

/** The columns after the move. Cards that stay keep their order. */
export function moveCards<Card extends BoardCard>(
  columns: readonly BoardColumn<Card>[],
  { cards, target }: Pick<BoardMove, 'cards' | 'target'>,
): BoardColumn<Card>[] {
  const moving = new Set(cards);
  const known = new Map(columns.flatMap((column) => column.cards.map((card) => [card.id, card])));
  const moved = cards.flatMap((id) => known.get(id) ?? []);
  if (!columns.some((column) => column.id === target.column)) return [...columns];
  return columns.map((column) => {
    const staying = column.cards.filter((card) => !moving.has(card.id));
    if (column.id !== target.column)
      return staying.length === column.cards.length ? column : { ...column, cards: staying };
    const at = placeOf(column.cards, moving, target);
    return { ...column, cards: [...staying.slice(0, at), ...moved, ...staying.slice(at)] };
  });
}

/** How many of the cards that stay are in front of the place, also if the card that names the place moves itself. */
function placeOf(cards: readonly BoardCard[], moving: ReadonlySet<string>, { beside }: BoardTarget): number {
  if (!beside) return 0;
  const at = cards.findIndex((card) => card.id === beside.card);
  if (at === -1) return 0;
  return cards.slice(0, beside.position === 'before' ? at : at + 1).filter((card) => !moving.has(card.id))
    .length;
}

function sameOrder(
  some: readonly BoardColumn<BoardCard>[],
  others: readonly BoardColumn<BoardCard>[],
): boolean {
  return some.every((column, at) => {
    const other = others[at]!.cards;
    return (
      column.cards.length === other.length &&
      column.cards.every((card, place) => card.id === other[place]!.id)
    );
  });
}
