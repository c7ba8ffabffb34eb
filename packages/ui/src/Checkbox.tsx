import type { ReactElement, ReactNode, Ref } from 'react';
import { Checkbox as AriaCheckbox, CheckboxGroup as AriaCheckboxGroup } from 'react-aria-components';
import styles from './Choice.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';
import { Icon } from './Icon.tsx';
import { VisuallyHidden } from './VisuallyHidden.tsx';

export interface CheckboxProps {
  children?: ReactNode;
  /** Where no text stands beside it. */
  'aria-label'?: string;
  slot?: string;
  name?: string;
  /** Of this box in a group. */
  value?: string;
  isSelected?: boolean;
  defaultSelected?: boolean;
  /** Some of what it stands for are chosen. */
  isIndeterminate?: boolean;
  isDisabled?: boolean;
  isReadOnly?: boolean;
  isRequired?: boolean;
  description?: ReactNode;
  error?: string | undefined;
  onChange?: (isSelected: boolean) => void;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement | null>;
}

export function Checkbox({ children, description, error, ...rest }: CheckboxProps): ReactElement {
  return (
    <AriaCheckbox {...rest} isInvalid={Boolean(error)} validationBehavior="aria" className={styles.choice}>
      {({ isSelected, isIndeterminate }) => (
        <>
          <span className={styles.box}>
            {isIndeterminate ? (
              <span className={styles.some} />
            ) : (
              isSelected && <Icon name="check" size={12} />
            )}
          </span>
          {children && (
            <span className={styles.texts}>
              <span>{children}</span>
              {description && <span className={styles.description}>{description}</span>}
              {error && <span className={styles.error}>{error}</span>}
            </span>
          )}
        </>
      )}
    </AriaCheckbox>
  );
}

export interface CheckboxGroupProps extends FieldProps<string[]> {
  /** Checkboxes, each with a value; count is shown behind (facets). */
  options: Array<{ id: string; label: string; count?: string; countLabel?: string; isDisabled?: boolean }>;
  orientation?: 'vertical' | 'horizontal';
}

/** Any of a few. */
export function CheckboxGroup(props: CheckboxGroupProps): ReactElement {
  return (
    <AriaCheckboxGroup {...fieldBehaviour(props)}>
      <FieldLabel {...props} />
      <div className={props.orientation === 'horizontal' ? styles.row : styles.column}>
        {props.options.map((option) => (
          <div key={option.id} className={styles.counted}>
            <Checkbox value={option.id} isDisabled={option.isDisabled ?? false}>
              {option.label}
              {option.countLabel && <VisuallyHidden>, {option.countLabel}</VisuallyHidden>}
            </Checkbox>
            {option.count && (
              <span className={styles.count} aria-hidden="true">
                {option.count}
              </span>
            )}
          </div>
        ))}
      </div>
      <FieldNotes {...props} />
    </AriaCheckboxGroup>
  );
}
