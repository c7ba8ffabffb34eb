import type { ReactElement } from 'react';
import { ListBox, ListBoxItem, Popover, Text } from 'react-aria-components';
import { Icon, type IconName } from './Icon.tsx';
import styles from './Options.module.css';

/** One of those that Select and ComboBox let choose from. */
export interface Option {
  id: string;
  label: string;
  description?: string;
  icon?: IconName;
  isDisabled?: boolean;
}

/** The list that opens below a field. */
export function Options({
  options,
  emptyText,
}: {
  options?: Option[];
  emptyText?: string | undefined;
}): ReactElement {
  return (
    <Popover className={styles.popover} offset={4}>
      <ListBox
        className={styles.list}
        {...(options && { items: options })}
        renderEmptyState={() => <div className={styles.empty}>{emptyText}</div>}
      >
        {(option: Option) => (
          <ListBoxItem
            id={option.id}
            textValue={option.label}
            isDisabled={option.isDisabled ?? false}
            className={styles.item}
          >
            {({ isSelected }) => (
              <>
                {option.icon && <Icon name={option.icon} />}
                <span className={styles.texts}>
                  <Text slot="label">{option.label}</Text>
                  {option.description && (
                    <Text slot="description" className={styles.description}>
                      {option.description}
                    </Text>
                  )}
                </span>
                {isSelected && <Icon name="check" />}
              </>
            )}
          </ListBoxItem>
        )}
      </ListBox>
    </Popover>
  );
}
