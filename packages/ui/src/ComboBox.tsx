import type { ReactElement, Ref } from 'react';
import { ComboBox as AriaComboBox, Button, Group, Input } from 'react-aria-components';
import styles from './Field.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';
import { Icon } from './Icon.tsx';
import { type Option, Options } from './Options.tsx';
import { Spinner } from './Spinner.tsx';

export interface ComboBoxProps extends Omit<FieldProps<string>, 'value' | 'defaultValue' | 'onChange'> {
  options: Option[];
  /** The id of what was chosen; null is none. */
  value?: string | null;
  onChange?: (id: string | null) => void;
  /** What is typed, where a server looks for the options; without it they are filtered here. */
  inputValue?: string;
  onInputChange?: (text: string) => void;
  /** What is typed counts, also if no option is called that: read it by onInputChange. */
  allowsCustomValue?: boolean;
  isLoading?: boolean;
  loadingLabel?: string;
  emptyText: string;
  placeholder?: string;
  inputRef?: Ref<HTMLInputElement>;
}

/** One of many, found by typing. */
export function ComboBox(props: ComboBoxProps): ReactElement {
  const {
    options,
    value,
    onChange,
    inputValue,
    onInputChange,
    allowsCustomValue,
    emptyText,
    placeholder,
    inputRef,
  } = props;
  const { value: _, onChange: __, ...field } = props;
  return (
    <AriaComboBox
      {...fieldBehaviour<string>(field)}
      {...(inputValue === undefined ? { defaultItems: options } : { items: options, inputValue })}
      {...(value !== undefined && { value })}
      {...(onInputChange && { onInputChange })}
      onChange={(key) => onChange?.(key === null ? null : String(key))}
      allowsCustomValue={allowsCustomValue ?? false}
      allowsEmptyCollection={!allowsCustomValue}
      menuTrigger="input"
    >
      <FieldLabel {...props} />
      <Group
        className={styles.control}
        isInvalid={Boolean(props.error)}
        isDisabled={props.isDisabled ?? false}
      >
        {allowsCustomValue && (
          <span className={styles.lead}>
            <Icon name="search" />
          </span>
        )}
        <Input ref={inputRef} className={styles.input} placeholder={placeholder} />
        {props.isLoading && <Spinner label={props.loadingLabel} size={14} />}
        {/* What may be anything is typed, with proposals: there is no list of it to be opened. */}
        {!allowsCustomValue && (
          <Button className={styles.inner}>
            <Icon name="down" size={14} />
          </Button>
        )}
      </Group>
      <FieldNotes {...props} />
      <Options emptyText={emptyText} />
    </AriaComboBox>
  );
}
