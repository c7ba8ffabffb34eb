import { Fragment } from 'react';
import styles from './Jobs.module.css';
import { piecesOf } from './marks.ts';

/** A text of the search: what was found stands out. */
export function Marked({ text }: { text: string }) {
  return piecesOf(text).map((piece, at) =>
    piece.isMarked ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have nothing else, and never move
      <mark key={at} className={styles.mark}>
        {piece.text}
      </mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have nothing else, and never move
      <Fragment key={at}>{piece.text}</Fragment>
    ),
  );
}
