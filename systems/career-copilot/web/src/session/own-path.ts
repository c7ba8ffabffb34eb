/** Where to be after logging in when no page of ours was asked for. */
const HOME = '/';
/** Not pages, or those that lead back here. */
const NO_PAGES = /^\/(api|session|assets|login|register)(\/|$)/;

/**
 * Where to go after logging in: `next` if it is a page of ours, else the first one. Whatever a browser could read as another site's
 * address (`//elsewhere`, `/\elsewhere`, `javascript:`, tabs and newlines that it drops) is none.
 */
export function ownPath(next: string | null | undefined): string {
  if (!next?.startsWith('/') || next.length > 2_000) return HOME;
  const url = URL.parse(next, ORIGIN);
  if (url?.origin !== ORIGIN || url.pathname.startsWith('//') || NO_PAGES.test(url.pathname)) return HOME;
  return url.pathname + url.search + url.hash;
}

/** Stands for our own, which it need not be to tell another from it. */
const ORIGIN = 'https://own.invalid';
