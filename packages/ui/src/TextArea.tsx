import type { ReactElement, Ref } from 'react';
import { TextArea as AriaTextArea, TextField as AriaTextField } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './Field.module.css';
import { FieldLabel, FieldNotes, type FieldProps, fieldBehaviour } from './Field.tsx';

export interface TextAreaProps extends FieldProps<string> {
  rows?: number;
  placeholder?: string;
  maxLength?: number;
  inputRef?: Ref<HTMLTextAreaElement>;
}

export function TextArea(props: TextAreaProps): ReactElement {
  const { rows = 4, placeholder, maxLength, inputRef } = props;
  return (
    <AriaTextField {...fieldBehaviour(props)} maxLength={maxLength}>
      <FieldLabel {...props} />
      <AriaTextArea
        ref={inputRef}
        rows={rows}
        placeholder={placeholder}
        className={classes(styles.control, styles.area)}
      />
      <FieldNotes {...props} />
    </AriaTextField>
  );
}
