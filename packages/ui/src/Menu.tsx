import type { ReactElement } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator, Text } from 'react-aria-components';
import { classes } from './classes.ts';
import { Icon, type IconName } from './Icon.tsx';
import styles from './Options.module.css';

export type MenuEntry =
  | {
      id: string;
      label: string;
      description?: string;
      icon?: IconName;
      /** Leads to a page. */
      href?: string;
      isDisabled?: boolean;
      /** Destroys something. */
      isDangerous?: boolean;
    }
  | { id: string; isLine: true };

export interface MenuProps {
  /** What opens it: a Button or an IconButton. */
  trigger: ReactElement;
  /** What the menu is called, where the trigger does not say it. */
  label?: string;
  /** A function is asked when the menu opens: for a page of many menus. */
  entries: MenuEntry[] | (() => MenuEntry[]);
  onAction?: (id: string) => void;
  /** The one that holds now, in a menu that chooses (language, theme). */
  selected?: string;
}

export function Menu({ trigger, ...list }: MenuProps): ReactElement {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles.popover} offset={4}>
        <Entries {...list} />
      </Popover>
    </MenuTrigger>
  );
}

function Entries({ label, entries, onAction, selected }: Omit<MenuProps, 'trigger'>): ReactElement {
  return (
    <AriaMenu
      className={styles.list}
      aria-label={label}
      items={typeof entries === 'function' ? entries() : entries}
      {...(selected !== undefined && { selectionMode: 'single' as const, selectedKeys: [selected] })}
      onAction={(key) => onAction?.(String(key))}
    >
      {(entry) => ('isLine' in entry ? <Separator className={styles.line} /> : <Entry {...entry} />)}
    </AriaMenu>
  );
}

function Entry(entry: Exclude<MenuEntry, { isLine: true }>): ReactElement {
  return (
    <MenuItem
      id={entry.id}
      textValue={entry.label}
      href={entry.href}
      isDisabled={entry.isDisabled ?? false}
      className={classes(styles.item, entry.isDangerous && styles.danger)}
    >
      {({ isSelected }) => (
        <>
          {entry.icon && <Icon name={entry.icon} />}
          <span className={styles.texts}>
            <Text slot="label">{entry.label}</Text>
            {entry.description && (
              <Text slot="description" className={styles.description}>
                {entry.description}
              </Text>
            )}
          </span>
          {isSelected && <Icon name="check" />}
        </>
      )}
    </MenuItem>
  );
}
