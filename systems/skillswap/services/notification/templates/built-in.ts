import type { Locale, TemplateWords } from '@banyan/notifications/api';
import type { Kind } from './kinds.ts';

const CREDITS = {
  en: '{{ credits | plural: one: "# credit", other: "# credits" }}',
  de: '{{ credits | plural: one: "# Credit", other: "# Credits" }}',
};

/** What happens to a session is told in one sentence, and when and for how much the session is. */
const ofSession = (
  en: { subject: string; says: string },
  de: { subject: string; says: string },
): Record<Locale, TemplateWords> => ({
  en: {
    subject: en.subject,
    body: `${en.says}\n\n{{ startsAt | moment }}, ${CREDITS.en}.`,
    action: 'Look at the session',
    short: `${en.says} {{ startsAt | moment }}.`,
  },
  de: {
    subject: de.subject,
    body: `${de.says}\n\n{{ startsAt | moment }}, ${CREDITS.de}.`,
    action: 'Stunde ansehen',
    short: `${de.says} {{ startsAt | moment }}.`,
  },
});

export const builtIn: Record<Kind, Record<Locale, TemplateWords>> = {
  confirm_phone: {
    en: {
      subject: 'Your code',
      body: 'Your code for SkillSwap is {{ code }}. It is good for ten minutes.',
      action: '',
      short: '{{ code }} is your code for SkillSwap. It is good for ten minutes.',
    },
    de: {
      subject: 'Ihr Code',
      body: 'Ihr Code für SkillSwap ist {{ code }}. Er gilt zehn Minuten.',
      action: '',
      short: '{{ code }} ist Ihr Code für SkillSwap. Er gilt zehn Minuten.',
    },
  },
  trial: {
    en: {
      subject: 'A test of SkillSwap',
      body: 'You have asked for this in your settings: messages reach you this way.',
      action: '',
      short: 'A test of SkillSwap: messages reach you this way.',
    },
    de: {
      subject: 'Ein Test von SkillSwap',
      body: 'Das haben Sie in Ihren Einstellungen angefordert: Nachrichten erreichen Sie auf diesem Weg.',
      action: '',
      short: 'Ein Test von SkillSwap: Nachrichten erreichen Sie auf diesem Weg.',
    },
  },
  welcome: {
    en: {
      subject: 'Welcome to SkillSwap',
      body: `Hello {{ name }},

say what you can teach and what you would like to learn, and we look for people who fit.`,
      action: 'Begin',
      short: 'Welcome to SkillSwap: say what you can teach and what you would like to learn.',
    },
    de: {
      subject: 'Willkommen bei SkillSwap',
      body: `Guten Tag {{ name }},

sagen Sie, was Sie unterrichten können und was Sie lernen möchten, und wir suchen Menschen, die zu Ihnen passen.`,
      action: 'Beginnen',
      short: 'Willkommen bei SkillSwap: Sagen Sie, was Sie unterrichten können und was Sie lernen möchten.',
    },
  },
  session_requested: ofSession(
    { subject: 'Somebody asks you for a session', says: 'Somebody asks you for a session.' },
    { subject: 'Jemand fragt Sie nach einer Stunde', says: 'Jemand fragt Sie nach einer Stunde.' },
  ),
  session_rescheduled: ofSession(
    { subject: 'Your session was moved', says: 'Your session is asked for at another time.' },
    { subject: 'Ihre Stunde wurde verlegt', says: 'Ihre Stunde wird für eine andere Zeit angefragt.' },
  ),
  session_accepted: ofSession(
    { subject: 'Your session was accepted', says: 'Your session was accepted.' },
    { subject: 'Ihre Stunde wurde angenommen', says: 'Ihre Stunde wurde angenommen.' },
  ),
  session_declined: ofSession(
    {
      subject: 'Your session was declined',
      says: 'Your session was declined. Your credits are available again.',
    },
    {
      subject: 'Ihre Stunde wurde abgelehnt',
      says: 'Ihre Stunde wurde abgelehnt. Ihre Credits sind wieder verfügbar.',
    },
  ),
  session_scheduled: ofSession(
    { subject: 'Your session has a room', says: 'Your session has a room.' },
    { subject: 'Für Ihre Stunde gibt es einen Raum', says: 'Für Ihre Stunde gibt es einen Raum.' },
  ),
  session_in_progress: ofSession(
    { subject: 'Your session begins', says: 'Your session begins.' },
    { subject: 'Ihre Stunde beginnt', says: 'Ihre Stunde beginnt.' },
  ),
  session_completed: ofSession(
    { subject: 'Your session is over', says: 'Your session is over. Say how it was.' },
    { subject: 'Ihre Stunde ist beendet', says: 'Ihre Stunde ist beendet. Sagen Sie, wie sie war.' },
  ),
  session_cancelled: ofSession(
    { subject: 'Your session was cancelled', says: 'Your session was cancelled.' },
    { subject: 'Ihre Stunde wurde abgesagt', says: 'Ihre Stunde wurde abgesagt.' },
  ),
  session_reminder: {
    en: {
      subject: 'Your session begins soon',
      body: 'Your session begins at {{ startsAt | moment }}.',
      action: 'Look at the session',
      short: 'Your session begins at {{ startsAt | moment }}.',
    },
    de: {
      subject: 'Ihre Stunde beginnt bald',
      body: 'Ihre Stunde beginnt: {{ startsAt | moment }}.',
      action: 'Stunde ansehen',
      short: 'Ihre Stunde beginnt: {{ startsAt | moment }}.',
    },
  },
  session_disputed: {
    en: {
      subject: 'How your session went is contested',
      body: `The other one does not agree with how your session went. Until it is decided its credits stay where they are.

It is decided by {{ decidesAt | moment }}.`,
      action: 'Look at the session',
      short: 'How your session went is contested.',
    },
    de: {
      subject: 'Wie Ihre Stunde verlief, ist strittig',
      body: `Die andere Seite ist nicht einverstanden damit, wie Ihre Stunde verlief. Bis es entschieden ist, bleiben die Credits, wo sie sind.

Entschieden wird bis {{ decidesAt | moment }}.`,
      action: 'Stunde ansehen',
      short: 'Wie Ihre Stunde verlief, ist strittig.',
    },
  },
  session_decided: {
    en: {
      subject: 'It is decided who has the credits of your session',
      body: 'It is decided who has the credits of your session: {{ outcome | outcome }}.',
      action: 'Look at the session',
      short: 'The credits of your session: {{ outcome | outcome }}.',
    },
    de: {
      subject: 'Über die Credits Ihrer Stunde ist entschieden',
      body: 'Es ist entschieden, wer die Credits Ihrer Stunde hat: {{ outcome | outcome }}.',
      action: 'Stunde ansehen',
      short: 'Die Credits Ihrer Stunde: {{ outcome | outcome }}.',
    },
  },
  calendar_lost: {
    en: {
      subject: 'Your sessions do not reach your calendar any more',
      body: `Your account at {{ provider }} does not let us in any more. What you have in your calendar of SkillSwap stays there as it is.

Connect it again, and your sessions come into it as they are by then.`,
      action: 'Connect it again',
      short: 'Your calendar at {{ provider }} does not let us in any more. Connect it again.',
    },
    de: {
      subject: 'Ihre Stunden kommen nicht mehr in Ihren Kalender',
      body: `Ihr Konto bei {{ provider }} lässt uns nicht mehr hinein. Was von SkillSwap in Ihrem Kalender steht, bleibt dort, wie es ist.

Verbinden Sie es neu, dann kommen Ihre Stunden hinein, wie sie dann sind.`,
      action: 'Neu verbinden',
      short: 'Ihr Kalender bei {{ provider }} lässt uns nicht mehr hinein. Verbinden Sie ihn neu.',
    },
  },
  credits_added: {
    en: {
      subject: `${CREDITS.en} added`,
      body: `Your wallet has ${CREDITS.en} more ({{ reason | reason }}).`,
      action: 'Look at the wallet',
      short: `Your wallet has ${CREDITS.en} more.`,
    },
    de: {
      subject: `${CREDITS.de} gutgeschrieben`,
      body: `Ihrem Konto gutgeschrieben: ${CREDITS.de} ({{ reason | reason }}).`,
      action: 'Konto ansehen',
      short: `Gutgeschrieben: ${CREDITS.de}.`,
    },
  },
  credits_received: {
    en: {
      subject: `You have earned ${CREDITS.en}`,
      body: `You have earned ${CREDITS.en}, after a fee of {{ fee | number }}.`,
      action: 'Look at the wallet',
      short: `You have earned ${CREDITS.en}.`,
    },
    de: {
      subject: `Sie haben ${CREDITS.de} verdient`,
      body: `Sie haben ${CREDITS.de} verdient, nach Abzug einer Gebühr von {{ fee | number }}.`,
      action: 'Konto ansehen',
      short: `Sie haben ${CREDITS.de} verdient.`,
    },
  },
  credits_released: {
    en: {
      subject: `You have ${CREDITS.en} back`,
      body: `You have ${CREDITS.en} back that had been set aside.`,
      action: 'Look at the wallet',
      short: `You have ${CREDITS.en} back.`,
    },
    de: {
      subject: `${CREDITS.de} zurück`,
      body: `Sie haben ${CREDITS.de} zurück, die zurückgelegt waren.`,
      action: 'Konto ansehen',
      short: `Sie haben ${CREDITS.de} zurück.`,
    },
  },
  news: {
    en: { subject: 'News', body: 'There is news.', action: 'Read more', short: 'There is news.' },
    de: { subject: 'Neues', body: 'Es gibt Neues.', action: 'Mehr lesen', short: 'Es gibt Neues.' },
  },
  digest: {
    en: {
      subject:
        '{{ items.size | plural: one: "# piece of news", other: "# pieces of news" }} of your sessions and credits',
      body: `{% for item in items %}- {{ item.line }}
{% endfor %}`,
      action: 'Look at them',
      short: '{{ items.size | plural: one: "# piece of news", other: "# pieces of news" }}.',
    },
    de: {
      subject:
        '{{ items.size | plural: one: "# Neuigkeit", other: "# Neuigkeiten" }} zu Ihren Stunden und Credits',
      body: `{% for item in items %}- {{ item.line }}
{% endfor %}`,
      action: 'Ansehen',
      short: '{{ items.size | plural: one: "# Neuigkeit", other: "# Neuigkeiten" }}.',
    },
  },
};

/** `{{ reason | reason }}`: why credits were added; `{{ outcome | outcome }}`: who has those of a contested session. */
export const filters = {
  reason: {
    en: {
      PURCHASE: 'a purchase',
      REFUND_FAILED: 'a refund that did not go through',
      CHARGEBACK_WON: 'a contested payment that stands',
    },
    de: {
      PURCHASE: 'ein Kauf',
      REFUND_FAILED: 'eine Erstattung, die nicht gelungen ist',
      CHARGEBACK_WON: 'eine bestrittene Zahlung, die gilt',
    },
  },
  outcome: {
    en: { SEEKER: 'to who has asked for it', PROVIDER: 'to who has taught', SPLIT: 'half to each' },
    de: { SEEKER: 'an die anfragende Seite', PROVIDER: 'an die lehrende Seite', SPLIT: 'je zur Hälfte' },
  },
};
