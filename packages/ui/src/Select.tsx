import type { ReactElement, Ref } from 'react';
import { Select as AriaSelect, Button, SelectValue } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './Field.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';
import { Icon } from './Icon.tsx';
import { type Option, Options } from './Options.tsx';

export interface SelectProps extends Omit<FieldProps<string>, 'value' | 'defaultValue' | 'isReadOnly'> {
  options: Option[];
  /** The id of the option; null is none. */
  value?: string | null;
  defaultValue?: string;
  placeholder: string;
  inputRef?: Ref<HTMLButtonElement>;
}

/** One of a few that are known: up to about fifteen; of more, ComboBox. */
export function Select(props: SelectProps): ReactElement {
  const { options, value, defaultValue, placeholder, onChange, inputRef, ...field } = props;
  return (
    <AriaSelect
      {...fieldBehaviour<string>(field)}
      {...(value !== undefined && { value })}
      {...(defaultValue !== undefined && { defaultValue })}
      onChange={(key) => key !== null && onChange?.(String(key))}
      placeholder={placeholder}
    >
      <FieldLabel {...props} />
      <Button ref={inputRef} className={classes(styles.control, styles.opener)}>
        <SelectValue className={styles.chosen}>
          {({ selectedText, isPlaceholder, defaultChildren }) =>
            isPlaceholder ? defaultChildren : selectedText
          }
        </SelectValue>
        <span className={styles.inner}>
          <Icon name="down" size={14} />
        </span>
      </Button>
      <FieldNotes {...props} />
      <Options options={options} />
    </AriaSelect>
  );
}
