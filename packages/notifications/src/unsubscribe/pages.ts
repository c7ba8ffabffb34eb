import type { Locale } from '../api/index.ts';
import type { NotificationSystem } from '../system.ts';

type Named = Pick<NotificationSystem, 'title' | 'labels'>;

const WORDS: Record<Locale, { ask: string; end: string; ended: string }> = {
  en: {
    ask: 'Do you no longer want e-mails about this?',
    end: 'No more of these e-mails',
    ended: 'You will get no more e-mails about this. In the app you find it as before.',
  },
  de: {
    ask: 'Möchten Sie dazu keine E-Mails mehr erhalten?',
    end: 'Keine dieser E-Mails mehr',
    ended: 'Sie erhalten dazu keine E-Mails mehr. In der App finden Sie alles wie bisher.',
  },
};

/** Asks before anything ends. The form goes to the address of the page itself. */
export function confirmPage(system: Named, locale: Locale, kind: string): string {
  const { ask, end } = WORDS[locale];
  const form = `<form method="post"><button name="List-Unsubscribe" value="One-Click">${end}</button></form>`;
  return page(system, locale, kind, `<p>${ask}</p>\n${form}`);
}

export function endedPage(system: Named, locale: Locale, kind: string): string {
  return page(system, locale, kind, `<p role="status">${WORDS[locale].ended}</p>`);
}

/** Nothing in it comes from outside: all words are the system's. */
function page({ title, labels }: Named, locale: Locale, kind: string, content: string): string {
  const about = labels[locale][kind] ?? '';
  return `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>body{font:16px/1.5 sans-serif;max-width:36em;margin:48px auto;padding:0 16px}button{font:inherit;padding:8px 16px}</style></head>
<body><main><h1>${title}</h1>
<p>${about}</p>
${content}
</main></body>
</html>
`;
}
