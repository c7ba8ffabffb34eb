import type { ReactElement, ReactNode } from 'react';
import { FieldError, Label, Text } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './Field.module.css';
import { Icon } from './Icon.tsx';

/** What every field has, whatever its value is. Errors are texts of the form that it is in: a field checks nothing itself. */
export interface FieldProps<Value> {
  label: string;
  /** The label is for screen readers only; what is to be typed must be plain from the place. */
  isLabelHidden?: boolean;
  description?: ReactNode;
  error?: string | undefined;
  value?: Value;
  defaultValue?: Value;
  onChange?: (value: Value) => void;
  onBlur?: () => void;
  name?: string;
  /** Of what is focused: where the summary of a form's errors leads. */
  id?: string;
  isRequired?: boolean;
  isDisabled?: boolean;
  isReadOnly?: boolean;
  autoFocus?: boolean;
}

/** The properties that fields of the library take as they are; the rest is drawn here. */
export function fieldBehaviour<Value>(props: FieldProps<Value>) {
  const {
    value,
    defaultValue,
    onChange,
    onBlur,
    name,
    id,
    isRequired,
    isDisabled,
    isReadOnly,
    autoFocus,
    error,
  } = props;
  return {
    ...(value !== undefined && { value }),
    ...(defaultValue !== undefined && { defaultValue }),
    ...(onChange && { onChange }),
    ...(onBlur && { onBlur }),
    ...(name !== undefined && { name }),
    ...(id !== undefined && { id }),
    ...(isRequired && { isRequired }),
    ...(isDisabled && { isDisabled }),
    ...(isReadOnly && { isReadOnly }),
    ...(autoFocus && { autoFocus }),
    isInvalid: error !== undefined && error !== '',
    // The form says what is wrong, in its own words and language; the browser's bubbles stay away.
    validationBehavior: 'aria' as const,
    className: styles.field,
  };
}

export function FieldLabel({
  label,
  isLabelHidden,
  isRequired,
}: Pick<FieldProps<unknown>, 'label' | 'isLabelHidden' | 'isRequired'>): ReactElement {
  return (
    <Label className={classes(styles.label, isLabelHidden && styles.hidden)}>
      {label}
      {isRequired && (
        <span aria-hidden="true" className={styles.required}>
          *
        </span>
      )}
    </Label>
  );
}

export function FieldNotes({
  description,
  error,
}: Pick<FieldProps<unknown>, 'description' | 'error'>): ReactElement {
  return (
    <>
      {description && (
        <Text slot="description" className={styles.description}>
          {description}
        </Text>
      )}
      <FieldError className={styles.error}>
        <Icon name="danger" size={14} />
        <span>{error}</span>
      </FieldError>
    </>
  );
}
