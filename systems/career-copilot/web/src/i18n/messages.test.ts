import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { LANGUAGES } from './locale.ts';

const SRC = join(import.meta.dirname, '..');
const folders = globSync('**/messages', { cwd: SRC }).sort();

describe('messages', () => {
  for (const folder of folders) {
    it(`${folder} says the same in every language, with the same arguments`, () => {
      const [first, ...others] = LANGUAGES.map((language) => read(folder, language));
      const expected = argumentsByKey(first!);
      for (const other of others) assert.deepEqual(argumentsByKey(other), expected);
    });

    it(`${folder} has a plural form for every number, as each language counts`, () => {
      for (const language of LANGUAGES) {
        const missing = Object.entries(flat(read(folder, language))).flatMap(([key, message]) =>
          missingPlurals(parse(message), language).map((form) => `${key}: ${form}`),
        );
        assert.deepEqual(missing, [], language);
      }
    });
  }
});

it('German says Sie to people, everywhere', () => {
  for (const folder of folders) {
    const familiar = Object.values(flat(read(folder, 'de'))).filter((message) => FAMILIAR.test(message));
    assert.deepEqual(familiar, [], folder);
  }
});

const FAMILIAR = /\b(du|dich|dir|dein(e[mnrs]?)?)\b/i;

function read(folder: string, language: string): object {
  return JSON.parse(readFileSync(join(SRC, folder, `${language}.json`), 'utf8'));
}

function argumentsByKey(messages: object): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(flat(messages))
      .map(([key, message]): [string, string[]] => [key, [...new Set(argumentsOf(parse(message)))].sort()])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function flat(messages: object, prefix = ''): Record<string, string> {
  return Object.assign(
    {},
    ...Object.entries(messages).map(([key, value]) => {
      if (typeof value === 'object' && value !== null) return flat(value, `${prefix}${key}.`);
      assert.equal(typeof value, 'string', `${prefix}${key} is no text`);
      assert.ok(!key.includes('.'), `the key ${key} has a dot, which is read as a level`);
      return { [prefix + key]: value };
    }),
  );
}

/** Names with what stands there: a number is formatted otherwise than a text. */
function argumentsOf(elements: MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    switch (element.type) {
      case TYPE.literal:
      case TYPE.pound:
        return [];
      case TYPE.tag:
        return [`<${element.value}>`, ...argumentsOf(element.children)];
      case TYPE.plural:
      case TYPE.select:
        return [
          `${element.value} ${TYPE[element.type]}`,
          ...Object.values(element.options).flatMap(({ value }) => argumentsOf(value)),
        ];
      default:
        return [`${element.value} ${TYPE[element.type]}`];
    }
  });
}

function missingPlurals(elements: MessageFormatElement[], language: string): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.tag) return missingPlurals(element.children, language);
    if (element.type !== TYPE.plural && element.type !== TYPE.select) return [];
    const inner = Object.values(element.options).flatMap(({ value }) => missingPlurals(value, language));
    if (element.type === TYPE.select) return inner;
    const { pluralCategories } = new Intl.PluralRules(language, {
      type: element.pluralType ?? 'cardinal',
    }).resolvedOptions();
    return [
      ...pluralCategories
        .filter((form) => !Object.hasOwn(element.options, form))
        .map((form) => `{${element.value}} ${form}`),
      ...inner,
    ];
  });
}
