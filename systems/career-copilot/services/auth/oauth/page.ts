import { type AuthorizeRequest, SCOPES } from './decide.ts';

/** The page on which a user lets a client in. It has no script, and nothing from elsewhere. */
export function consentPage(
  client: { name: string },
  request: AuthorizeRequest,
  scopes: readonly string[],
  { email = '', message }: { email?: string; message?: string } = {},
): string {
  const { host, protocol } = new URL(request.redirect_uri);
  const hidden = Object.entries(request).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
  );
  const allowed = scopes.map((scope) => `<li>${escaped(SCOPES[scope as keyof typeof SCOPES] ?? scope)}</li>`);
  return page(
    `${client.name} asks to be let in`,
    `<h1>${escaped(client.name)} asks to</h1>
<ul>${allowed.join('')}</ul>
<p>You go back to <b>${escaped(host || protocol)}</b>. Allow it only if that is where you have come from.</p>
${message === undefined ? '' : `<p role="alert">${escaped(message)}</p>`}
<form method="post">
${hidden.join('\n')}
<label>Email <input name="email" type="email" autocomplete="username" value="${escaped(email)}"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<label>Code of your second factor, if you have one <input name="code" autocomplete="one-time-code"></label>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`,
  );
}

/** For what must not be sent back to the client's address. */
export function refusalPage(reason: string): string {
  return page(
    'This cannot be allowed',
    `<h1>This cannot be allowed</h1><p role="alert">${escaped(reason)}</p>`,
  );
}

/** Of a page that shows a form which sends the browser on to `redirectUri`. */
export function pageHeaders(redirectUri?: string): Record<string, string> {
  // A browser holds also where a form is sent on to against the policy.
  const target = redirectUri === undefined ? '' : ` ${targetOf(redirectUri)}`;
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'${target}`,
  };
}

function targetOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri);
  return origin === 'null' ? protocol : origin;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}label{display:block;margin:.7rem 0}
input:not([type=hidden]){display:block;width:100%;box-sizing:border-box;font:inherit;padding:.4rem}button{font:inherit;padding:.4rem 1.2rem;margin-right:.5rem}</style>
</head><body><main>${body}</main></body></html>`;
}

function escaped(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (char) => entities[char]!);
}
