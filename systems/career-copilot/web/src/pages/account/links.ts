import { ownPath } from '../../session/own-path.ts';

/** The longest that the API takes. */
const LONGEST_TOKEN = 128;

/** What a link of an e-mail has in its fragment, which browsers send to nobody: `token=…`; null: nothing, or nothing that could be one. */
export function tokenIn(fragment: string): string | null {
  const token = new URLSearchParams(fragment.replace(/^#/, '')).get('token');
  return token && token.length <= LONGEST_TOKEN ? token : null;
}

/** A page of those without a login, which leads on to the same page of ours afterwards. */
export function withNext(path: string, next: string | undefined): string {
  return next === undefined || ownPath(next) !== next ? path : `${path}?next=${encodeURIComponent(next)}`;
}
