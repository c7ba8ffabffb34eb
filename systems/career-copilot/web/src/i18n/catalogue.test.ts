import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Area, createCatalogue, type Loaders } from './catalogue.ts';
import type { Language } from './locale.ts';

const jobs = 'jobs' as Area;
const shell = 'shell' as Area;

/** Messages that arrive when the test says so. */
function slowLoaders() {
  const asked: Array<{ language: Language; arrive: () => void }> = [];
  const loaders = Object.fromEntries(
    (['en', 'de'] as const).map((language) => [
      language,
      () =>
        new Promise((resolve) => {
          asked.push({ language, arrive: () => resolve({ default: { title: language } }) });
        }),
    ]),
  ) as unknown as Loaders;
  return { asked, loaders };
}

function loadersOf(text: string): Loaders {
  const of = (language: Language) => async () => ({ default: { title: `${text} ${language}` } });
  return { en: of('en'), de: of('de') } as unknown as Loaders;
}

function catalogueIn(language: Language) {
  const choices: string[] = [];
  const catalogue = createCatalogue({
    chosen: () => language,
    choose: (chosen) => choices.push(chosen),
    preferred: () => ['en-US'],
  });
  return { catalogue, choices };
}

describe('the catalogue of messages', () => {
  it('loads the messages of an area once', async () => {
    const { catalogue } = catalogueIn('de');
    await catalogue.load(jobs, loadersOf('Stellen'));
    const before = catalogue.loaded();
    await catalogue.load(jobs, loadersOf('again'));
    assert.deepEqual(before.messages, { jobs: { title: 'Stellen de' } });
    assert.equal(catalogue.loaded(), before);
  });

  it('changes the language of all areas in one step, and keeps the choice', async () => {
    const { catalogue, choices } = catalogueIn('en');
    await catalogue.load(shell, loadersOf('shell'));
    await catalogue.load(jobs, loadersOf('jobs'));
    const seen: unknown[] = [];
    catalogue.subscribe(() => seen.push(catalogue.loaded().messages));
    await catalogue.choose('de');
    assert.deepEqual(seen, [{ shell: { title: 'shell de' }, jobs: { title: 'jobs de' } }]);
    assert.deepEqual(choices, ['de']);
    assert.equal(catalogue.loaded().language, 'de');
  });

  it('does not take messages in a language that is no longer chosen', async () => {
    const { catalogue } = catalogueIn('en');
    await catalogue.load(shell, loadersOf('shell'));
    const { asked, loaders } = slowLoaders();
    const load = catalogue.load(jobs, loaders);
    const choice = catalogue.choose('de');
    assert.deepEqual(
      asked.map(({ language }) => language),
      ['en', 'de'],
    );
    asked[1]!.arrive();
    await choice;
    asked[0]!.arrive();
    await load;
    assert.deepEqual(catalogue.loaded().messages, { shell: { title: 'shell de' }, jobs: { title: 'de' } });
  });

  it('keeps the language when its messages cannot be loaded', async () => {
    const { catalogue, choices } = catalogueIn('en');
    const lost = { ...loadersOf('shell'), de: () => Promise.reject(new Error('no network')) };
    await catalogue.load(shell, lost);
    await assert.rejects(catalogue.choose('de'), /no network/);
    assert.equal(catalogue.loaded().language, 'en');
    assert.deepEqual(choices, []);
  });
});
