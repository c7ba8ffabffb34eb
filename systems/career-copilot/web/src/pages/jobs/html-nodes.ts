import { Parser } from 'htmlparser2';

/** A part of a description as it is shown: text, or an element of the few that there are. */
export type HtmlNode = string | { tag: HtmlTag; href?: string; children: HtmlNode[] };

const TAGS = [
  ...['p', 'br', 'hr', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'blockquote', 'pre', 'code'],
  ...['strong', 'em', 'u', 's', 'sub', 'sup', 'a', 'h3', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
] as const;
type HtmlTag = (typeof TAGS)[number];
const KNOWN: ReadonlySet<string> = new Set(TAGS);
/** A posting's headings all stand below the page's, whatever they were in the source's page. */
const OTHERS: Record<string, HtmlTag> = {
  b: 'strong',
  i: 'em',
  h1: 'h3',
  h2: 'h3',
  h4: 'h3',
  h5: 'h3',
  h6: 'h3',
};
/** What lies deeper is shown as if it lay here. */
const DEEPEST = 60;

/**
 * The HTML of a description, which the service has cleaned, as a tree of what may be shown: nothing becomes markup that is not on the list here, so
 * that no page has to believe what it is told. Of other elements the text is shown; of scripts and styles nothing.
 */
export function htmlNodes(html: string): HtmlNode[] {
  const root: HtmlNode[] = [];
  const open: { name: string; children: HtmlNode[] }[] = [{ name: '', children: root }];
  let unseen = 0;
  const parser = new Parser({
    onopentag(name, { href }) {
      if (name === 'script' || name === 'style') unseen += 1;
      const inside = open.at(-1)!.children;
      const tag = tagOf(name);
      if (unseen > 0 || tag === undefined || open.length > DEEPEST) {
        open.push({ name, children: inside });
        return;
      }
      const children: HtmlNode[] = [];
      inside.push({
        tag,
        children,
        ...(tag === 'a' && href !== undefined && isOutside(href) ? { href } : {}),
      });
      open.push({ name, children });
    },
    ontext(text) {
      if (unseen > 0) return;
      const inside = open.at(-1)!.children;
      const last = inside.at(-1);
      if (typeof last === 'string') inside[inside.length - 1] = last + text;
      else inside.push(text);
    },
    onclosetag(name) {
      if (name === 'script' || name === 'style') unseen -= 1;
      open.pop();
    },
  });
  parser.write(html);
  parser.end();
  return root;
}

function tagOf(name: string): HtmlTag | undefined {
  return OTHERS[name] ?? (KNOWN.has(name) ? (name as HtmlTag) : undefined);
}

function isOutside(href: string): boolean {
  return /^(?:https?:\/\/|mailto:)/i.test(href.trim());
}
