import { SERVICE_WORKER } from './push/address.ts';

/**
 * The content security policy lets no text become markup or script. One library empties what it has said to screen readers by
 * `innerHTML = ''`, and the page registers its service worker: that is all this policy allows.
 */
const { trustedTypes } = globalThis as {
  trustedTypes?: {
    createPolicy(name: 'default', rules: Record<string, (text: string) => string | null>): void;
  };
};

trustedTypes?.createPolicy('default', {
  createHTML: (text) => (text === '' ? '' : null),
  createScriptURL: (url) => (url === SERVICE_WORKER ? url : null),
});
