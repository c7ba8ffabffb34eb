import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { IntlProvider, type Messages } from 'use-intl';
import { catalogue } from './index.ts';

/** Around everything that has words: messages, and formats of the reader's locale and time zone. */
export function I18n({ timeZone, children }: { timeZone?: string; children: ReactNode }) {
  const { language, locale, messages } = useSyncExternalStore(catalogue.subscribe, catalogue.loaded);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <IntlProvider
      locale={locale}
      messages={messages as Messages}
      timeZone={timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}
    >
      {children}
    </IntlProvider>
  );
}
