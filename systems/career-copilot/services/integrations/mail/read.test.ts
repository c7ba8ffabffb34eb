import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { classify } from './classify.ts';
import { readMail } from './read.ts';

const read = (raw: string) => readMail(Buffer.from(raw));
const HEAD = 'From: Acme <jobs@acme.example>\r\nSubject: Re: Fwd: Hello\r\n';

it('a mail is its sender, its subject without what replies put before it, and its text', async () => {
  const { from, fromName, subject, text, messageId } = await read(`${HEAD}Message-ID: <1@a>\r\n\r\nHi\r\n`);
  assert.deepEqual(
    [from, fromName, subject, text.trim(), messageId],
    ['jobs@acme.example', 'Acme', 'Hello', 'Hi', '<1@a>'],
  );
});

it('of several kinds of text the plain one counts, and HTML is read as people see it', async () => {
  const parts = (...all: [string, string][]) =>
    `${HEAD}Content-Type: multipart/alternative; boundary=b\r\n\r\n${all.map(([type, text]) => `--b\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`).join('')}--b--`;
  const html =
    '<head><title>x</title></head><style>p{}</style><p>One<br>two &amp; three</p><script>no()</script>';
  assert.equal((await read(parts(['text/plain', 'Plain'], ['text/html', html]))).text.trim(), 'Plain');
  assert.equal((await read(parts(['text/html', html]))).text.trim(), 'One\ntwo & three');
});

it('what a German client passes on is read as what it is', async () => {
  const text =
    'Zur Info\n\n---------- Weitergeleitete Nachricht ----------\nVon: "Blau AG" <jobs@blau.example>\nBetreff: AW: Ihre Bewerbung\n\nLeider nein.';
  const {
    from,
    fromName,
    subject,
    text: inner,
  } = await read(`${HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`);
  assert.deepEqual(
    [from, fromName, subject, inner.trim()],
    ['jobs@blau.example', 'Blau AG', 'Ihre Bewerbung', 'Leider nein.'],
  );
});

it('whatever is no mail is one without anything in it, or some of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 2_000 }),
      async (raw) => void (await readMail(Buffer.from(raw))),
    ),
    { numRuns: 50 },
  );
});

it('no mail takes long, whatever is in it', { timeout: 60_000 }, async () => {
  const html = `${HEAD}Content-Type: text/html\r\n\r\n`;
  for (const raw of [
    html + '<style>'.repeat(100_000),
    html + '<'.repeat(500_000),
    `${HEAD}\r\n${'\n'.repeat(500_000)}`,
    `${HEAD}\r\n${' \r\n'.repeat(300_000)}`,
    `${HEAD}\r\n${' '.repeat(500_000)}x`,
    html + ' \n'.repeat(300_000),
    `${HEAD}\r\n${'-'.repeat(500_000)}`,
    `${HEAD}\r\n-- Forwarded message --\nFrom: ${'a'.repeat(500_000)}\n\nx`,
  ]) {
    const { subject, text } = await read(raw);
    classify(subject, text);
  }
});
