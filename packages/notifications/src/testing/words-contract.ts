import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LOCALES } from '../api/index.ts';
import { chosenKinds, type NotificationSystem } from '../system.ts';
import { footerOf } from '../templates/footer.ts';
import { render } from '../templates/render.ts';

/** What the words of every system do. */
export function wordsContract(system: NotificationSystem): void {
  describe(`the words of ${system.title}`, () => {
    it('are there for each kind in each language, for what it is filled with', async () => {
      for (const [kind, { sample, mandatory }] of Object.entries(system.kinds))
        for (const locale of LOCALES) {
          const footer = footerOf(system.title, locale, { mandatory, unsubscribeUrl: null });
          const about = { locale, zone: 'UTC', filters: system.filters, footer };
          const rendered = await render(
            system.words[kind]![locale],
            sample as Record<string, unknown>,
            about,
          );
          for (const part of ['subject', 'text', 'html', 'short'] as const)
            assert.ok(
              rendered[part].length > 0 && !/undefined|\[object/.test(rendered[part]),
              `${kind} ${locale}`,
            );
        }
    });

    it('say what it is of which e-mails are ended', () => {
      for (const kind of [...chosenKinds(system), 'digest'])
        for (const locale of LOCALES) assert.ok(system.labels[locale][kind], `${kind} ${locale}`);
    });

    it('are there of what every system tells of', () => {
      for (const kind of ['confirm_phone', 'trial', 'news', 'digest']) assert.ok(system.kinds[kind], kind);
    });
  });
}
