import { storableText } from '@banyan/postgres';
import { decodeHTML } from 'entities';
import { Parser } from 'htmlparser2';
import sanitize from 'sanitize-html';

const LONGEST = 100_000;

/** What a description may consist of. Links lead outside and pass no authority on; there are no images, forms, frames or styles. */
const DESCRIPTION: sanitize.IOptions = {
  allowedTags: [
    ...[
      'p',
      'br',
      'hr',
      'h1',
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
      'ul',
      'ol',
      'li',
      'dl',
      'dt',
      'dd',
      'blockquote',
    ],
    ...[
      'pre',
      'code',
      'b',
      'strong',
      'i',
      'em',
      'u',
      's',
      'sub',
      'sup',
      'a',
      'table',
      'thead',
      'tbody',
      'tr',
    ],
    ...['th', 'td'],
  ],
  allowedAttributes: { a: ['href', 'rel'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nestingLimit: 50,
  transformTags: { a: sanitize.simpleTransform('a', { rel: 'nofollow noopener noreferrer' }) },
};
const NONE: sanitize.IOptions = { allowedTags: [], allowedAttributes: {} };

const LINES = /<\/?(p|br|div|li|ul|ol|h[1-6]|tr|td|th|dt|dd|blockquote|hr)\b/gi;

/** HTML of a stranger as HTML that can be shown. Of what is too long the end is left out. */
export function safeHtml(html: string): string {
  const safe = sanitize(storableText(html, LONGEST), DESCRIPTION).trim();
  // Escaping may have made it longer; what is cut in the midst of a tag is cleaned once more.
  return safe.length <= LONGEST ? safe : sanitize(safe.slice(0, LONGEST), DESCRIPTION).slice(0, LONGEST * 2);
}

/** The text of a piece of HTML, blanks put together; what stands on lines of its own is apart. */
export function textOf(html: string): string {
  const apart = storableText(html, LONGEST).replace(LINES, ' $&');
  return decodeHTML(sanitize(apart, NONE)).replace(/\s+/g, ' ').trim();
}

/** What stands in the scripts of this type. */
export function scriptsOf(html: string, type: string): string[] {
  const scripts: string[] = [];
  let isInside = false;
  const parser = new Parser({
    onopentag: (name, attributes) => {
      isInside = name === 'script' && attributes.type?.trim().toLowerCase() === type;
      if (isInside) scripts.push('');
    },
    ontext: (part) => {
      if (isInside) scripts[scripts.length - 1] += part;
    },
    onclosetag: () => {
      isInside = false;
    },
  });
  parser.write(html);
  parser.end();
  return scripts;
}
