import type { ReactElement, ReactNode } from 'react';
import { Button } from './Button.tsx';
import { IconButton } from './IconButton.tsx';
import { Menu } from './Menu.tsx';
import styles from './SelectionBar.module.css';

export interface SelectionBarProps {
  /** "3 selected". */
  text: string;
  moveToLabel: string;
  clearLabel: string;
  /** Where all of it may go. */
  targets: ReadonlyArray<{ id: string; title: string }>;
  onMoveTo: (target: string) => void;
  onClear: () => void;
  children?: ReactNode;
}

/** What can be done with what is chosen, above the lower edge of a board or a table: of what is positioned around it. */
export function SelectionBar(props: SelectionBarProps): ReactElement {
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
