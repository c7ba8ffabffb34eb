import { useMemo } from 'react';
import { useLocale } from 'use-intl';

/** A country by its code (ISO 3166) in the reader's language. */
export function useCountryName(): (code: string) => string {
  const locale = useLocale();
  return useMemo(() => {
    const names = new Intl.DisplayNames(locale, { type: 'region' });
    return (code) => names.of(code) ?? code;
  }, [locale]);
}
