import type { ReactNode } from 'react';
import type { BoardCard, BoardColumn, BoardMove } from './board-moves.ts';

export interface BoardTexts {
  /** Menu of a card or of what is chosen: "Move to". */
  moveTo: string;
  /** The handle of a card, for keyboards and screen readers: "Drag Engineer at Acme". */
  drag: (card: string) => string;
  /** Told after a move: "3 moved to Interview". */
  moved: (count: number, column: string) => string;
  /** "3 selected". */
  selected: (count: number) => string;
  clearSelection: string;
  emptyColumn: string;
}

/** `textOf`, `render`, `hrefOf` and `texts` are to stay the same from one rendering to the next (`useCallback`): with another one all cards are rendered anew. */
export interface BoardProps<Card extends BoardCard> {
  label: string;
  columns: readonly BoardColumn<Card>[];
  /** What a card is called. */
  textOf: (card: Card) => string;
  render: (card: Card) => ReactNode;
  /** The page moves the cards (moveCards) and takes it back if it could not be done. False: it does not, or asks first. */
  onMove: (move: BoardMove) => unknown;
  canMove?: (card: Card, column: string) => boolean;
  /** The order of cards in a column is the user's. Without, a column is one place. */
  isOrdered?: boolean;
  /** The page that a card leads to. */
  hrefOf?: (card: Card) => string;
  /** What else can be done with what is chosen: buttons. */
  selectionActions?: (selected: ReadonlySet<string>) => ReactNode;
  /** Pixels, about: each card has its own height once it is seen. */
  cardHeight?: number;
  /** CSS length; columns scroll in it. */
  height?: string;
  texts: BoardTexts;
}
