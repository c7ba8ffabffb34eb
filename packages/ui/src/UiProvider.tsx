import type { ReactElement, ReactNode } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';

export interface UiProviderProps {
  /** BCP 47: order of dates, separators, the library's own words (drag and drop, calendar). */
  locale: string;
  /** The router's: links of components change the page without loading it anew. */
  navigate?: (href: string) => void;
  children: ReactNode;
}

/** Around the whole of an application, once. */
export function UiProvider({ locale, navigate, children }: UiProviderProps): ReactElement {
  const translated = <I18nProvider locale={locale}>{children}</I18nProvider>;
  return navigate ? <RouterProvider navigate={navigate}>{translated}</RouterProvider> : translated;
}
