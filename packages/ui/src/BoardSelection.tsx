import type { ReactElement, ReactNode } from 'react';
import styles from './Board.module.css';
import { Button } from './Button.tsx';
import { IconButton } from './IconButton.tsx';
import { Menu } from './Menu.tsx';

export interface BoardSelectionProps {
  text: string;
  moveToLabel: string;
  clearLabel: string;
  targets: ReadonlyArray<{ id: string; title: string }>;
  onMoveTo: (column: string) => void;
  onClear: () => void;
  children?: ReactNode;
}

/** What can be done with the cards that are chosen, below the board. */
export function BoardSelection(props: BoardSelectionProps): ReactElement {
  const { text, moveToLabel, clearLabel, targets, onMoveTo, onClear, children } = props;
  return (
    <div className={styles.selection} role="toolbar" aria-label={text}>
      <strong>{text}</strong>
      <Menu
        trigger={
          <Button size="small" icon="forward" isDisabled={targets.length === 0}>
            {moveToLabel}
          </Button>
        }
        entries={targets.map(({ id, title }) => ({ id, label: title }))}
        onAction={onMoveTo}
      />
      {children}
      <IconButton icon="close" size="small" label={clearLabel} onPress={onClear} />
    </div>
  );
}
