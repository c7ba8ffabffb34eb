import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TemplateWords } from '../api/index.ts';
import { localeOf } from './locale.ts';
import { render } from './render.ts';

const FOOTER = { why: 'Why.', unsubscribe: { label: 'End', url: 'https://career.example/end?a=1&b=2' } };
const about = { locale: 'en', zone: 'Europe/Berlin', footer: FOOTER };
const words = (more: Partial<TemplateWords>): TemplateWords => ({
  subject: 's',
  body: 'b',
  action: 'Look',
  short: 's',
  ...more,
});

describe('what a template is filled with', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      '{{ secret }}',
      '{% for a in (1..100000000) %}x{% endfor %}',
      'a\r\nBcc: eve@example.com\r\n\r\nbody',
      'a\u2028b\u0000c',
    ),
  );

  it('is text: no markup, no template, no other paragraph, no header', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        const template = words({
          subject: 'Hi {{ name }}',
          body: 'Dear {{ name }},\n\nbye.',
          short: '{{ name }}',
        });
        const { subject, html, text, short } = await render(template, { name }, about);
        assert.doesNotMatch(subject + short, /[\p{Cc}\u2028\u2029]/u);
        const tags = (page: string) => page.match(/<\/?[a-z!][^>]*>/gi)!.length;
        const plain = await render(template, { name: 'Ada' }, about);
        assert.equal(
          tags(html.replace(/<title>.*<\/title>/s, '')),
          tags(plain.html.replace(/<title>.*<\/title>/s, '')),
        );
        assert.equal(text.split('\n\n').length, 3);
      }),
      { numRuns: 60 },
    );
  });

  it('leads nowhere but to a page', async () => {
    for (const link of ['javascript:alert(1)', 'data:text/html,x', 'nonsense', '', undefined]) {
      const { html, text, link: shown } = await render(words({}), { link }, about);
      assert.equal(shown, null);
      assert.doesNotMatch(html + text, /javascript|Look/);
    }
    const { html } = await render(words({}), { link: 'https://a.example/?x=1&y="2' }, about);
    assert.match(html, /href="https:\/\/a\.example\/\?x=1&amp;y=%222"/);
  });

  it('is counted and dated as its language and zone do', async () => {
    const body =
      '{{ count | plural: one: "# job", other: "# jobs" }}, {{ at | moment }}, {{ count | number }}';
    const say = async (count: number, locale: string) =>
      (await render(words({ body }), { count, at: '2026-11-01T09:30:00Z' }, { ...about, locale })).text;
    assert.match(await say(1, 'en'), /^1 job, Sunday, November 1, 2026 at 10:30\sAM, 1/);
    assert.match(await say(12_000, 'de'), /^12\.000 jobs, Sonntag, 1\. November 2026 um 10:30, 12\.000/);
  });
});

describe('a template', () => {
  it('that wants what is not there, or takes too much, is an error', async () => {
    for (const body of [
      '{{ nobody }}',
      '{{ name | wrong }}',
      '{% include "/etc/passwd" %}',
      '{% for a in (1..100000000) %}x{% endfor %}',
      '{{ name.constructor }}',
    ])
      await assert.rejects(render(words({ body }), { name: 'Ada' }, about), body);
  });

  it('loses a paragraph that comes to nothing', async () => {
    const { text } = await render(
      words({ body: 'One.\n\n{% if more %}More.{% endif %}\n\nTwo.' }),
      {},
      about,
    );
    assert.match(text, /^One\.\n\nTwo\.\n\n-- \nWhy\./);
  });

  it('is read in the language of the reader, or in English', () => {
    assert.deepEqual(
      [localeOf('de-AT'), localeOf(null, 'DE'), localeOf('fr'), localeOf()],
      ['de', 'de', 'en', 'en'],
    );
  });
});
