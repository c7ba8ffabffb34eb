import { Button, TextField } from '@banyan/ui';
import type { FormEvent } from 'react';
import styles from './Profile.module.css';

/** A field whose text becomes one more of a list: by Enter or the button. A form of its own, so that Enter sends nothing else. */
export function Adder({
  buttonLabel,
  value,
  onAdd,
  ...field
}: {
  id: string;
  label: string;
  description: string;
  buttonLabel: string;
  error?: string | undefined;
  value: string;
  onChange: (text: string) => void;
  onAdd: (text: string) => void;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim() !== '') onAdd(value);
  };
  return (
    <form className={styles.adder} onSubmit={submit} noValidate>
      <TextField {...field} value={value} autoComplete="off" />
      <Button type="submit" icon="add">
        {buttonLabel}
      </Button>
    </form>
  );
}
