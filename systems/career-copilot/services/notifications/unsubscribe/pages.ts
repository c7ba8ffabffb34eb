import type { Locale } from '../templates/built-in.ts';

const WORDS: Record<Locale, { ask: string; end: string; ended: string; kinds: Record<string, string> }> = {
  en: {
    ask: 'Do you no longer want e-mails about this?',
    end: 'No more of these e-mails',
    ended: 'You will get no more e-mails about this. In the app you find it as before.',
    kinds: {
      status_changed: 'the state of your applications',
      next_action_due: 'what is to be done next',
      job_matched: 'jobs that fit you',
      saved_search_matched: 'new jobs of your saved searches',
      webhook_disabled: 'webhooks to which nothing is sent any more',
      connection_lost: 'connected accounts that are lost',
      mail_recognized: 'forwarded mails that wait for your word',
      news: 'news of Career Copilot',
      digest: 'all that comes in a daily or weekly summary',
    },
  },
  de: {
    ask: 'Möchten Sie dazu keine E-Mails mehr erhalten?',
    end: 'Keine dieser E-Mails mehr',
    ended: 'Sie erhalten dazu keine E-Mails mehr. In der App finden Sie alles wie bisher.',
    kinds: {
      status_changed: 'Stand Ihrer Bewerbungen',
      next_action_due: 'Nächste Schritte',
      job_matched: 'Passende Stellen',
      saved_search_matched: 'Neue Stellen Ihrer gespeicherten Suchen',
      webhook_disabled: 'Abgeschaltete Webhooks',
      connection_lost: 'Getrennte Konten',
      mail_recognized: 'Weitergeleitete E-Mails',
      news: 'Neues von Career Copilot',
      digest: 'Tägliche und wöchentliche Zusammenfassungen',
    },
  },
};

/** Asks before anything ends. The form goes to the address of the page itself. */
export function confirmPage(locale: Locale, kind: string): string {
  const { ask, end, kinds } = WORDS[locale];
  const about = kinds[kind] ?? '';
  const form = `<form method="post"><button name="List-Unsubscribe" value="One-Click">${end}</button></form>`;
  return page(locale, about, `<p>${ask}</p>\n${form}`);
}

export function endedPage(locale: Locale, kind: string): string {
  return page(locale, WORDS[locale].kinds[kind] ?? '', `<p role="status">${WORDS[locale].ended}</p>`);
}

/** Nothing in it comes from outside. */
function page(locale: Locale, about: string, content: string): string {
  return `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Career Copilot</title>
<style>body{font:16px/1.5 sans-serif;max-width:36em;margin:48px auto;padding:0 16px}button{font:inherit;padding:8px 16px}</style></head>
<body><main><h1>Career Copilot</h1>
<p>${about}</p>
${content}
</main></body>
</html>
`;
}
