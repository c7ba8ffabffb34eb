import { ownPath } from '../session/own-path.ts';

/** What a push message says, as the service of notifications sends it. */
export type PushMessage = { title: string; body: string; tag: string | undefined; path: string };

const LONGEST = 500;

/**
 * Reads a push message. `origin`: ours, to which links lead; one that leads elsewhere opens the first page. What cannot be read is told under `fallback`,
 * since a browser wants something to be shown for each message.
 */
export function readPushMessage(
  text: string,
  { origin, fallback }: { origin: string; fallback: string },
): PushMessage {
  const { title, body, tag, link } = parsed(text);
  return {
    title: textOf(title) ?? fallback,
    body: textOf(body) ?? '',
    tag: textOf(tag),
    path: pathOf(link, origin),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST) : undefined;
}

function pathOf(link: unknown, origin: string): string {
  const url = typeof link === 'string' ? URL.parse(link, origin) : null;
  return ownPath(url?.origin === origin ? url.pathname + url.search + url.hash : null);
}
