import type { Liquid } from 'liquidjs';

export type Formatting = { locale: string; zone: string };

/**
 * The language of templates: no files, no code, no reach outside of what they are filled with, and an end to what they may take. A
 * filter or a variable that is not there is an error, so that it is found by the preview and not by whoever is told.
 */
export async function createLiquid({ locale, zone }: Formatting, { forHtml = false } = {}): Promise<Liquid> {
  const { Liquid } = await import('liquidjs');
  const liquid = new Liquid({
    templates: {},
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    ownPropertyOnly: true,
    parseLimit: 20_000,
    renderLimit: 200,
    memoryLimit: 1_000_000,
    ...(forHtml ? { outputEscape: 'escape' as const } : {}),
  });
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  liquid.registerFilter('number', (value: unknown) => numbers.format(Number(value)));
  // {{ count | plural: one: "# new job", other: "# new jobs" }}
  liquid.registerFilter('plural', (value: unknown, ...forms: [string, string][]) => {
    const words = Object.fromEntries(forms);
    const form = words[plurals.select(Number(value))] ?? words.other;
    if (form === undefined) throw new Error('plural needs at least the form `other`');
    return form.replaceAll('#', numbers.format(Number(value)));
  });
  // {{ at | moment }} is a day with its time, {{ at | day }} a day, both where the person is.
  const dates = (options: Intl.DateTimeFormatOptions) => (value: unknown) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(new Date(String(value)));
  liquid.registerFilter('moment', dates({ dateStyle: 'full', timeStyle: 'short' }));
  liquid.registerFilter('day', dates({ dateStyle: 'full' }));
  // {{ to | state }} is what people call a state of an application; one that nobody has a word for stays as it is.
  liquid.registerFilter('state', (value: unknown) => STATES[locale]?.[String(value)] ?? String(value));
  // {{ says | mail }} is what a company's mail says.
  liquid.registerFilter('mail', (value: unknown) => MAILS[locale]?.[String(value)] ?? String(value));
  return liquid;
}

const STATES: Record<string, Record<string, string>> = {
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

const MAILS: Record<string, Record<string, string>> = {
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
