import { messagesOf } from '../i18n/index.ts';
import type words from './messages/en.json';

declare module '../i18n/catalogue.ts' {
  interface Messages {
    forms: typeof words;
  }
}

/** What fields say; with the first page. */
export const loadFormMessages = messagesOf('forms', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});
