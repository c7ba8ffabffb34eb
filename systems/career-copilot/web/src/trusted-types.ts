/**
 * The content security policy lets no text become markup or script. One library empties what it has said to screen readers by
 * `innerHTML = ''`: that is all this policy allows.
 */
const { trustedTypes } = globalThis as {
  trustedTypes?: { createPolicy(name: 'default', rules: { createHTML(text: string): string | null }): void };
};

trustedTypes?.createPolicy('default', { createHTML: (text) => (text === '' ? '' : null) });
