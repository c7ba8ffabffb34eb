import type { TemplateWords } from '../api/index.ts';
import { type Formatting, liquidOf } from './liquid.ts';

export type Rendered = {
  subject: string;
  text: string;
  html: string;
  short: string;
  link: string | null;
};

/** What stands below: why somebody gets this, and how it ends. */
export type Footer = { why: string; unsubscribe: { label: string; url: string } | null };

/**
 * One source for text and HTML: the paragraphs are filled first, and then stand in the page as text, so that nothing they are filled with can
 * be markup, another paragraph, or a header of the mail. Throws if the template is none, or wants what is not there.
 */
export async function render(
  template: TemplateWords,
  parameters: Record<string, unknown>,
  { footer, ...formatting }: Formatting & { footer: Footer },
): Promise<Rendered> {
  const liquid = await liquidOf(formatting);
  const fill = (source: string) => liquid.parseAndRenderSync(source, parameters) as string;
  const paragraphs = template.body
    .split(/\n\s*\n/)
    .map((source) => oneParagraph(fill(source)))
    .filter((paragraph) => paragraph !== '');
  const link = webAddress(parameters.link);
  const action = link === null ? '' : oneLine(fill(template.action));
  const subject = oneLine(fill(template.subject)).slice(0, MOST_IN_SUBJECT);
  const page = { lang: formatting.locale, subject, paragraphs, action, link, footer };
  return {
    subject,
    text: textOf(page),
    html: (await liquidOf(formatting, { forHtml: true })).parseAndRenderSync(PAGE, page) as string,
    short: oneLine(fill(template.short)).slice(0, MOST_IN_SHORT),
    link,
  };
}

const MOST_IN_SUBJECT = 200;
/** Of an SMS in two parts, and of what a lock screen shows. */
const MOST_IN_SHORT = 300;

type Page = { paragraphs: string[]; action: string; link: string | null; footer: Footer };

function textOf({ paragraphs, action, link, footer }: Page): string {
  const { why, unsubscribe } = footer;
  return [
    ...paragraphs,
    ...(action === '' ? [] : [`${action}:\n${link}`]),
    ['-- ', why, ...(unsubscribe ? [`${unsubscribe.label}: ${unsubscribe.url}`] : [])].join('\n'),
  ].join('\n\n');
}

/** A line break or a control character in a subject would be a header of its own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** Lines of a list stay lines; an empty one would be a paragraph. */
function oneParagraph(text: string): string {
  return text
    .split('\n')
    .map((line) => oneLine(line))
    .filter((line) => line !== '')
    .join('\n');
}

/** Only what a browser opens as a page: no `javascript:`. */
function webAddress(link: unknown): string | null {
  if (typeof link !== 'string' || !URL.canParse(link)) return null;
  const { protocol, href } = new URL(link);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}

const PAGE = `<!doctype html>
<html lang="{{ lang }}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{ subject }}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 sans-serif;color:#1b1b1b;background:#ffffff">
<main style="max-width:36em;margin:0 auto">
{% for paragraph in paragraphs %}<p style="white-space:pre-line">{{ paragraph }}</p>
{% endfor %}{% if action != "" %}<p><a href="{{ link }}" style="display:inline-block;padding:10px 16px;background:#1a4fa3;color:#ffffff;text-decoration:none;border-radius:4px">{{ action }}</a></p>
<p style="font-size:13px;overflow-wrap:anywhere">{{ link }}</p>
{% endif %}</main>
<footer style="max-width:36em;margin:32px auto 0;font-size:13px;color:#555555">
<p>{{ footer.why }}</p>
{% if footer.unsubscribe %}<p><a href="{{ footer.unsubscribe.url }}">{{ footer.unsubscribe.label }}</a></p>
{% endif %}</footer>
</body>
</html>
`;
