import type { Kind } from './kinds.ts';

/** The words of one kind in one language, in Liquid. What they are filled with is text: nothing in it is markup. */
export type Template = {
  subject: string;
  /** Paragraphs, parted by empty lines. One that comes to nothing is left out. */
  body: string;
  /** On the button that leads to `link`; empty: none. */
  action: string;
  /** For where there is little room: SMS, push, a line in the app. */
  short: string;
};

/** The first one is what is told to whoever reads none of them. */
export const LOCALES = ['en', 'de'] as const;
export type Locale = (typeof LOCALES)[number];

export const builtIn: Record<Kind, Record<Locale, Template>> = {
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
};
