import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chooseLocale, LANGUAGES } from './locale.ts';

describe('chooseLocale', () => {
  it('takes what the reader has chosen, with the region that the browser knows of that language', () => {
    assert.deepEqual(chooseLocale('de', ['en-GB', 'de-AT', 'de']), { language: 'de', locale: 'de-AT' });
  });

  it('takes the first language of the browser that there are messages in', () => {
    assert.deepEqual(chooseLocale(null, ['fr-FR', 'de-CH', 'en-US']), { language: 'de', locale: 'de-CH' });
  });

  it('formats by the language alone where the browser speaks another', () => {
    assert.deepEqual(chooseLocale('de', ['en-US']), { language: 'de', locale: 'de' });
  });

  it('reads English to whoever reads nothing that there is', () => {
    assert.deepEqual(chooseLocale('xx', ['fr', 'pt-BR']), { language: 'en', locale: 'en' });
  });

  it('gives a language that there is and a locale that Intl takes, whatever it is told', () => {
    fc.assert(
      fc.property(fc.option(fc.string()), fc.array(fc.string()), (chosen, preferred) => {
        const { language, locale } = chooseLocale(chosen, preferred);
        assert.ok(LANGUAGES.includes(language));
        new Intl.NumberFormat(locale);
      }),
    );
  });
});
