import { SERVICE_WORKER } from './push/address.ts';

/**
 * The content security policy lets no text become markup or script, but by these two. One library empties what it has said to screen readers by
 * `innerHTML = ''`, and the page registers its service worker: that is all that is allowed anywhere.
 */
const { trustedTypes } = globalThis as {
  trustedTypes?: {
    createPolicy(name: 'default' | 'mail', rules: Rules): { createHTML(text: string): string };
  };
};
type Rules = Record<string, (text: string) => string | null>;

trustedTypes?.createPolicy('default', {
  createHTML: (text) => (text === '' ? '' : null),
  createScriptURL: (url) => (url === SERVICE_WORKER ? url : null),
});

const mail = trustedTypes?.createPolicy('mail', { createHTML: (html) => html });

/** For the `srcdoc` of a frame whose `sandbox` allows nothing, and for nothing else: what a mail consists of. Links in it open nothing. */
export function mailMarkup(html: string): string {
  const withoutWays = html.replace(/<head>/i, '<head><base target="_blank">');
  return mail ? mail.createHTML(withoutWays) : withoutWays;
}
