import type { ReactElement, Ref } from 'react';
import { SearchField as AriaSearchField, Button, Group, Input } from 'react-aria-components';
import styles from './Field.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';
import { Icon } from './Icon.tsx';

export interface SearchFieldProps extends FieldProps<string> {
  placeholder?: string;
  /** Enter. */
  onSubmit?: (value: string) => void;
  /** What the button that empties it is called. */
  clearLabel: string;
  inputRef?: Ref<HTMLInputElement>;
}

export function SearchField(props: SearchFieldProps): ReactElement {
  const { placeholder, onSubmit, clearLabel, inputRef } = props;
  return (
    <AriaSearchField {...fieldBehaviour(props)} {...(onSubmit && { onSubmit })}>
      {({ isEmpty }) => (
        <>
          <FieldLabel {...props} />
          <Group
            className={styles.control}
            isInvalid={Boolean(props.error)}
            isDisabled={props.isDisabled ?? false}
          >
            <span className={styles.lead}>
              <Icon name="search" />
            </span>
            <Input ref={inputRef} className={styles.input} placeholder={placeholder} />
            {!isEmpty && (
              <Button className={styles.inner} aria-label={clearLabel}>
                <Icon name="close" size={14} />
              </Button>
            )}
          </Group>
          <FieldNotes {...props} />
        </>
      )}
    </AriaSearchField>
  );
}
