import { messagesOf } from '../i18n/index.ts';
import type words from './messages/en.json';

declare module '../i18n/catalogue.ts' {
  interface Messages {
    messagesSent: typeof words;
  }
}

/** What becomes of messages; with the pages that tell it. */
export const loadSentMessages = messagesOf('messagesSent', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});
