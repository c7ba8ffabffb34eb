import type { ReactElement, Ref } from 'react';
import { NumberField as AriaNumberField, Button, Group, Input } from 'react-aria-components';
import styles from './Field.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';
import { Icon } from './Icon.tsx';

export interface NumberFieldProps extends Omit<FieldProps<number>, 'value'> {
  /** null is an empty field; changes to it come as NaN, as the library has it. */
  value?: number | null;
  minValue?: number;
  maxValue?: number;
  step?: number;
  /** Currency, unit, digits: shown in the language of the page. */
  formatOptions?: Intl.NumberFormatOptions;
  placeholder?: string;
  inputRef?: Ref<HTMLInputElement>;
}

export function NumberField(props: NumberFieldProps): ReactElement {
  const { minValue, maxValue, step, formatOptions, placeholder, inputRef, value, ...field } = props;
  return (
    <AriaNumberField
      {...fieldBehaviour<number>({ ...field, ...(value !== undefined && { value: value ?? Number.NaN }) })}
      minValue={minValue}
      maxValue={maxValue}
      step={step}
      formatOptions={formatOptions}
    >
      <FieldLabel {...props} />
      <Group
        className={styles.control}
        isInvalid={Boolean(props.error)}
        isDisabled={props.isDisabled ?? false}
      >
        <Input ref={inputRef} className={styles.input} placeholder={placeholder} />
        <Button slot="decrement" className={styles.inner}>
          <Icon name="down" size={14} />
        </Button>
        <Button slot="increment" className={styles.inner}>
          <Icon name="up" size={14} />
        </Button>
      </Group>
      <FieldNotes {...props} />
    </AriaNumberField>
  );
}
