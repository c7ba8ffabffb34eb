import type { HTMLInputAutoCompleteAttribute, ReactElement, ReactNode, Ref } from 'react';
import { TextField as AriaTextField, Group, Input } from 'react-aria-components';
import styles from './Field.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';

export interface TextFieldProps extends FieldProps<string> {
  type?: 'text' | 'email' | 'password' | 'tel' | 'url';
  autoComplete?: HTMLInputAutoCompleteAttribute;
  inputMode?: 'text' | 'numeric' | 'decimal' | 'email' | 'url' | 'tel';
  placeholder?: string;
  maxLength?: number;
  spellCheck?: boolean;
  /** A unit or the like behind what is typed. */
  suffix?: string;
  /** Buttons inside the box, for instance one that shows the password. */
  action?: ReactNode;
  inputRef?: Ref<HTMLInputElement>;
}

export function TextField(props: TextFieldProps): ReactElement {
  const {
    type = 'text',
    autoComplete,
    inputMode,
    placeholder,
    maxLength,
    spellCheck,
    suffix,
    action,
    inputRef,
  } = props;
  return (
    <AriaTextField
      {...fieldBehaviour(props)}
      type={type}
      autoComplete={autoComplete}
      inputMode={inputMode}
      maxLength={maxLength}
      spellCheck={spellCheck === undefined ? undefined : String(spellCheck)}
    >
      <FieldLabel {...props} />
      <Group
        className={styles.control}
        isInvalid={Boolean(props.error)}
        isDisabled={props.isDisabled ?? false}
      >
        <Input ref={inputRef} className={styles.input} placeholder={placeholder} />
        {suffix && <span className={styles.suffix}>{suffix}</span>}
        {action}
      </Group>
      <FieldNotes {...props} />
    </AriaTextField>
  );
}
