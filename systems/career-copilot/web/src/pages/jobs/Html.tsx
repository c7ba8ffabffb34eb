import { createElement, type ReactNode, useMemo } from 'react';
import { type HtmlNode, htmlNodes } from './html-nodes.ts';

/** A stranger's HTML as elements of this page. */
export function Html({ html }: { html: string }) {
  const nodes = useMemo(() => htmlNodes(html), [html]);
  return nodes.map(shown);
}

const EMPTY = new Set(['br', 'hr']);
/** Blanks between their parts are no text. */
const STRUCTURE = new Set(['ul', 'ol', 'dl', 'table', 'thead', 'tbody', 'tr']);

function shown(node: HtmlNode, key: number): ReactNode {
  if (typeof node === 'string') return node;
  const { tag, href, children } = node;
  if (EMPTY.has(tag)) return createElement(tag, { key });
  const inside = STRUCTURE.has(tag)
    ? children.filter((child) => typeof child !== 'string' || child.trim())
    : children;
  const props =
    href === undefined ? { key } : { key, href, target: '_blank', rel: 'nofollow noopener noreferrer' };
  return createElement(tag, props, ...inside.map(shown));
}
