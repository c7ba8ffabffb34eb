import { Button, SearchField } from '@banyan/ui';
import { useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { type JobsSearch, type OnChange, placeChanges, placeOf } from './criteria.ts';
import styles from './Jobs.module.css';
import { PlaceField } from './PlaceField.tsx';

/** Somebody who types pauses for so long before it is searched, ms. */
const PAUSE_MS = 350;

/** What is looked for, and where: searched when somebody pauses, or at once by Enter. */
export function SearchBar({ criteria, onChange }: { criteria: JobsSearch; onChange: OnChange }) {
  const t = useTranslations('jobs.bar');
  const words = useTyped(criteria.q ?? '', (q) =>
    onChange({ q: q === '' ? undefined : q }, { replace: true }),
  );
  const place = useTyped(placeOf(criteria), (text) =>
    onChange(placeChanges(criteria, text), { replace: true }),
  );
  return (
    <search>
      <form
        aria-label={t('label')}
        className={styles.bar}
        onSubmit={(event) => {
          event.preventDefault();
          words.send();
          place.send();
        }}
      >
        <SearchField
          label={t('words')}
          placeholder={t('wordsPlace')}
          clearLabel={t('clearWords')}
          value={words.value}
          onChange={words.type}
        />
        {criteria.near === undefined ? (
          <SearchField
            label={t('place')}
            placeholder={t('placePlace')}
            clearLabel={t('clearPlace')}
            value={place.value}
            onChange={place.type}
          />
        ) : (
          <PlaceField value={place.value} onChange={place.type} />
        )}
        <Button type="submit" variant="primary" icon="search">
          {t('search')}
        </Button>
      </form>
    </search>
  );
}

/** A text that is typed, and sent when there is a pause. What comes from elsewhere (the way back, a filter) takes its place. */
function useTyped(sent: string, onSend: (text: string) => void) {
  const [typed, setTyped] = useState(sent);
  const [isPending, setPending] = useState(false);
  const send = () => {
    setPending(false);
    if (typed.trim() !== sent) onSend(typed.trim());
  };
  useEffect(() => {
    setTyped((now) => (now.trim() === sent ? now : sent));
    setPending(false);
  }, [sent]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the last text, not of what sends it
  useEffect(() => {
    if (!isPending) return;
    const timer = setTimeout(send, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, isPending]);
  return {
    value: typed,
    type: (text: string) => {
      setTyped(text);
      setPending(true);
    },
    send,
  };
}
