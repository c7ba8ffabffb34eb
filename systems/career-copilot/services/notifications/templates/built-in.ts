import type { Locale, TemplateWords } from '@banyan/notifications/api';
import type { kinds } from './kinds.ts';

type Kind = keyof typeof kinds;

export const builtIn: Record<Kind, Record<Locale, TemplateWords>> = {
  verify_email: {
    en: {
      subject: 'Confirm your e-mail address',
      body: `Hello{% if name %} {{ name }}{% endif %},

please confirm that this address is yours. The link can be used once.

If you have not asked for this, there is nothing to do: nobody can use your address without the link.`,
      action: 'Confirm my address',
      short: 'Confirm your e-mail address.',
    },
    de: {
      subject: 'Bitte bestätigen Sie Ihre E-Mail-Adresse',
      body: `Guten Tag{% if name %} {{ name }}{% endif %},

bitte bestätigen Sie, dass diese Adresse Ihnen gehört. Der Link gilt einmal.

Falls Sie nichts angefordert haben, müssen Sie nichts tun: Ohne den Link kann niemand Ihre Adresse verwenden.`,
      action: 'Adresse bestätigen',
      short: 'Bitte bestätigen Sie Ihre E-Mail-Adresse.',
    },
  },
  reset_password: {
    en: {
      subject: 'Set a new password',
      body: `Hello{% if name %} {{ name }}{% endif %},

somebody, most likely you, has asked for a new password. The link can be used once.

If it was not you, ignore this message: your password stays as it is.`,
      action: 'Set a new password',
      short: 'A new password was asked for.',
    },
    de: {
      subject: 'Neues Passwort vergeben',
      body: `Guten Tag{% if name %} {{ name }}{% endif %},

jemand, vermutlich Sie, hat ein neues Passwort angefordert. Der Link gilt einmal.

Falls Sie es nicht waren, ignorieren Sie diese Nachricht: Ihr Passwort bleibt, wie es ist.`,
      action: 'Neues Passwort vergeben',
      short: 'Ein neues Passwort wurde angefordert.',
    },
  },
  password_changed: {
    en: {
      subject: 'Your password was changed',
      body: `Hello{% if name %} {{ name }}{% endif %},

the password of your account was changed. All other sessions have ended.

If it was not you, ask for a new password at once.`,
      action: 'Ask for a new password',
      short: 'Your password was changed. If it was not you, ask for a new one at once.',
    },
    de: {
      subject: 'Ihr Passwort wurde geändert',
      body: `Guten Tag{% if name %} {{ name }}{% endif %},

das Passwort Ihres Kontos wurde geändert. Alle anderen Sitzungen sind beendet.

Falls Sie es nicht waren, fordern Sie sofort ein neues Passwort an.`,
      action: 'Neues Passwort anfordern',
      short: 'Ihr Passwort wurde geändert. Falls Sie es nicht waren, fordern Sie sofort ein neues an.',
    },
  },
  confirm_phone: {
    en: {
      subject: 'Your code',
      body: 'Your code for Career Copilot is {{ code }}. It is good for ten minutes.',
      action: '',
      short: '{{ code }} is your code for Career Copilot. It is good for ten minutes.',
    },
    de: {
      subject: 'Ihr Code',
      body: 'Ihr Code für Career Copilot ist {{ code }}. Er gilt zehn Minuten.',
      action: '',
      short: '{{ code }} ist Ihr Code für Career Copilot. Er gilt zehn Minuten.',
    },
  },
  trial: {
    en: {
      subject: 'A test of Career Copilot',
      body: 'You have asked for this in your settings: messages reach you this way.',
      action: '',
      short: 'A test of Career Copilot: messages reach you this way.',
    },
    de: {
      subject: 'Ein Test von Career Copilot',
      body: 'Das haben Sie in Ihren Einstellungen angefordert: Nachrichten erreichen Sie auf diesem Weg.',
      action: '',
      short: 'Ein Test von Career Copilot: Nachrichten erreichen Sie auf diesem Weg.',
    },
  },
  status_changed: {
    en: {
      subject: 'Your application is now: {{ to | state }}',
      body: `Your application moved {% if from %}from {{ from | state }} {% endif %}to {{ to | state }}.`,
      action: 'Look at it',
      short: 'Your application moved to {{ to | state }}.',
    },
    de: {
      subject: 'Ihre Bewerbung ist jetzt: {{ to | state }}',
      body: `Der Stand Ihrer Bewerbung ist jetzt „{{ to | state }}“{% if from %}, vorher war er „{{ from | state }}“{% endif %}.`,
      action: 'Ansehen',
      short: 'Ihre Bewerbung ist jetzt: {{ to | state }}.',
    },
  },
  next_action_due: {
    en: {
      subject: 'To do: {{ what }}',
      body: `{{ what }}

{{ job }} at {{ company }}, by {{ dueAt | moment }}.`,
      action: 'Look at the application',
      short: '{{ what }} ({{ job }} at {{ company }})',
    },
    de: {
      subject: 'Zu erledigen: {{ what }}',
      body: `{{ what }}

{{ job }} bei {{ company }}, bis {{ dueAt | moment }}.`,
      action: 'Bewerbung ansehen',
      short: '{{ what }} ({{ job }} bei {{ company }})',
    },
  },
  job_matched: {
    en: {
      subject: 'A job that fits you: {{ title }} at {{ company }}',
      body: `{{ title }} at {{ company }} fits you: {{ score }} of 100 points.

{% for reason in reasons %}- {{ reason }}
{% endfor %}`,
      action: 'Look at the job',
      short: '{{ title }} at {{ company }} fits you: {{ score }} of 100 points.',
    },
    de: {
      subject: 'Eine passende Stelle: {{ title }} bei {{ company }}',
      body: `{{ title }} bei {{ company }} passt zu Ihnen: {{ score }} von 100 Punkten.

{% for reason in reasons %}- {{ reason }}
{% endfor %}`,
      action: 'Stelle ansehen',
      short: '{{ title }} bei {{ company }} passt zu Ihnen: {{ score }} von 100 Punkten.',
    },
  },
  saved_search_matched: {
    en: {
      subject: '{{ total | plural: one: "# new job", other: "# new jobs" }}: {{ name }}',
      body: `Your search “{{ name }}” has {{ total | plural: one: "# new job", other: "# new jobs" }}.

{% for job in jobs %}- {{ job.title }} at {{ job.company }}
{% endfor %}`,
      action: 'Look at them',
      short: '“{{ name }}” has {{ total | plural: one: "# new job", other: "# new jobs" }}.',
    },
    de: {
      subject: '{{ total | plural: one: "# neue Stelle", other: "# neue Stellen" }}: {{ name }}',
      body: `Ihre Suche „{{ name }}“ hat {{ total | plural: one: "# neue Stelle", other: "# neue Stellen" }}.

{% for job in jobs %}- {{ job.title }} bei {{ job.company }}
{% endfor %}`,
      action: 'Ansehen',
      short: '„{{ name }}“ hat {{ total | plural: one: "# neue Stelle", other: "# neue Stellen" }}.',
    },
  },
  webhook_disabled: {
    en: {
      subject: 'Nothing is sent to {{ host }} any more',
      body: `Your webhook at {{ host }} {% if reason == 'gone' %}has answered that it is gone{% else %}has not taken anything for days{% endif %}, so nothing is sent to it any more.

What it has missed is kept for 30 days: enable it again, and have it sent.`,
      action: 'Look at it',
      short: 'Nothing is sent to your webhook at {{ host }} any more.',
    },
    de: {
      subject: 'An {{ host }} wird nichts mehr gesendet',
      body: `Ihr Webhook bei {{ host }} {% if reason == 'gone' %}hat geantwortet, dass es ihn nicht mehr gibt{% else %}hat seit Tagen nichts angenommen{% endif %}. Es wird nichts mehr an ihn gesendet.

Was ihm entgangen ist, bleibt 30 Tage aufgehoben: Schalten Sie ihn wieder ein und lassen Sie es nachsenden.`,
      action: 'Ansehen',
      short: 'An Ihren Webhook bei {{ host }} wird nichts mehr gesendet.',
    },
  },
  connection_lost: {
    en: {
      subject: 'Connect your account again: {{ provider }}',
      body: `{{ provider }} does not let us in any more. Until you connect your account again, its calendars are not looked at, and interviews do not go into them.`,
      action: 'Connect again',
      short: '{{ provider }} does not let us in any more: connect your account again.',
    },
    de: {
      subject: 'Bitte verbinden Sie Ihr Konto neu: {{ provider }}',
      body: `{{ provider }} lässt uns nicht mehr zu. Bis Sie Ihr Konto neu verbinden, werden seine Kalender nicht angesehen, und Gespräche werden nicht eingetragen.`,
      action: 'Neu verbinden',
      short: '{{ provider }} lässt uns nicht mehr zu: Bitte verbinden Sie Ihr Konto neu.',
    },
  },
  mail_recognized: {
    en: {
      subject: 'A mail that you have forwarded: {{ says | mail }}',
      body: `A mail that you have forwarded seems to be this: {{ says | mail }}. Say whether your application is to move on.`,
      action: 'Look at it',
      short: 'A mail that you have forwarded seems to be this: {{ says | mail }}.',
    },
    de: {
      subject: 'Eine weitergeleitete E-Mail: {{ says | mail }}',
      body: `Eine E-Mail, die Sie weitergeleitet haben, ist vermutlich dies: {{ says | mail }}. Bitte sagen Sie, ob sich der Stand Ihrer Bewerbung ändern soll.`,
      action: 'Ansehen',
      short: 'Eine E-Mail, die Sie weitergeleitet haben, ist vermutlich dies: {{ says | mail }}.',
    },
  },
  news: {
    en: { subject: 'News', body: 'There is news.', action: 'Read more', short: 'There is news.' },
    de: { subject: 'Neues', body: 'Es gibt Neues.', action: 'Mehr lesen', short: 'Es gibt Neues.' },
  },
  digest: {
    en: {
      subject: '{{ items.size | plural: one: "# piece of news", other: "# pieces of news" }} for your search',
      body: `{% for item in items %}- {{ item.line }}
{% endfor %}`,
      action: 'Look at them',
      short: '{{ items.size | plural: one: "# piece of news", other: "# pieces of news" }} for your search.',
    },
    de: {
      subject: '{{ items.size | plural: one: "# Neuigkeit", other: "# Neuigkeiten" }} zu Ihrer Suche',
      body: `{% for item in items %}- {{ item.line }}
{% endfor %}`,
      action: 'Ansehen',
      short: '{{ items.size | plural: one: "# Neuigkeit", other: "# Neuigkeiten" }} zu Ihrer Suche.',
    },
  },
};

/** What states of applications are called. */
const STATES = {
  de: {
    saved: 'gemerkt',
    applied: 'beworben',
    screening: 'in Prüfung',
    interview: 'Gespräch',
    offer: 'Angebot',
    accepted: 'angenommen',
    rejected: 'abgelehnt',
    withdrawn: 'zurückgezogen',
    ghosted: 'ohne Antwort',
  },
};

/** What a company's mail says. */
const MAILS = {
  en: {
    received: 'your application was received',
    interview: 'an invitation to an interview',
    offer: 'an offer',
    rejection: 'a rejection',
  },
  de: {
    received: 'Ihre Bewerbung ist eingegangen',
    interview: 'eine Einladung zum Gespräch',
    offer: 'ein Angebot',
    rejection: 'eine Absage',
  },
};

/** `{{ to | state }}` and `{{ says | mail }}`. */
export const filters = { state: STATES, mail: MAILS };
