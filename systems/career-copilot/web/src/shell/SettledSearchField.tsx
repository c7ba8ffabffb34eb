import { SearchField, type SearchFieldProps } from '@banyan/ui';
import { useEffect, useRef, useState } from 'react';

/** After so long without a change it is searched for, ms. */
const PAUSE_MS = 300;

/**
 * A field for what a server searches: it is asked when somebody pauses, or at once by Enter. `value` is what is searched for now, e.g. what the
 * address says; the field shows it when it changes by other ways.
 */
export function SettledSearchField({
  value,
  onSettled,
  ...field
}: Omit<SearchFieldProps, 'onChange' | 'onSubmit' | 'value'> & {
  value: string;
  onSettled: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  const asked = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setText(value);
  }, [value]);
  const ask = (next: string) => {
    clearTimeout(timer.current);
    if (next === asked.current) return;
    asked.current = next;
    onSettled(next);
  };
  const change = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(next), PAUSE_MS);
  };
  return <SearchField {...field} value={text} onChange={change} onSubmit={ask} />;
}
