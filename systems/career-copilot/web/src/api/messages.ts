import { messagesOf } from '../i18n/index.ts';
import type words from './messages/en.json';

declare module '../i18n/catalogue.ts' {
  interface Messages {
    api: typeof words;
  }
}

/** What errors say; with the first page. */
export const loadApiMessages = messagesOf('api', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});
