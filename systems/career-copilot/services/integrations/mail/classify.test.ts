import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { MailKind } from '../../../api/mail.ts';
import { classify } from './classify.ts';

const MAILS: readonly [MailKind, subject: string, text: string][] = [
  [
    'received',
    'Your application',
    'Hi Ada,\n\nThank you for applying to Acme! If you are selected for an interview, we will be in touch.',
  ],
  [
    'received',
    'Application received',
    'We have received your application for Data Engineer.\nWe review it within two weeks.',
  ],
  [
    'received',
    'Ihre Bewerbung',
    'Sehr geehrte Frau King,\n\nvielen Dank für Ihre Bewerbung. Wir haben Ihre Unterlagen erhalten und melden uns.',
  ],
  ['received', 'Deine Bewerbung bei uns', 'Deine Bewerbung ist bei uns eingegangen. Wir prüfen sie in Ruhe.'],
  [
    'interview',
    'Next steps',
    'Thank you for applying. We would like to invite you to a first interview with the team.',
  ],
  ['interview', 'Acme <> Ada', 'Please schedule a 30 minute call with me here: https://cal.example/x'],
  ['interview', 'Interview scheduled: Data Engineer', 'See you on Monday.'],
  ['interview', 'Einladung zum Vorstellungsgespräch', 'Wir freuen uns auf Sie.'],
  [
    'interview',
    'Ihre Bewerbung',
    'Ihre Unterlagen haben uns überzeugt. Gerne möchten wir einen Termin für ein Gespräch vereinbaren.',
  ],
  ['offer', 'Great news', 'We are delighted to offer you the position of Data Engineer!'],
  ['offer', 'Your offer letter', 'Please find it attached.'],
  ['offer', 'Ihr Vertrag', 'Wir freuen uns sehr! Den Arbeitsvertrag finden Sie anbei.'],
  [
    'rejection',
    'Your application',
    'Thank you for your interest in Acme. Unfortunately, we will not be moving forward with your application.',
  ],
  ['rejection', 'Update', 'After careful consideration we have decided to proceed with other candidates.'],
  ['rejection', 'Update', 'We regret to inform you that the position has been filled.'],
  ['rejection', 'Update', 'We’ve decided not to move forward at this time.'],
  [
    'rejection',
    'Ihre Bewerbung',
    'Vielen Dank für das Vorstellungsgespräch. Leider können wir Ihnen keine positive Rückmeldung geben.',
  ],
  ['rejection', 'Ihre Bewerbung', 'Wir haben uns für einen anderen Bewerber entschieden.'],
  ['rejection', 'Deine Bewerbung', 'Leider müssen wir dir\nheute absagen.'],
];

it('mails are taken for what they say', () => {
  for (const [kind, subject, text] of MAILS)
    assert.equal(classify(subject, text)?.kind, kind, `${subject}: ${text}`);
});

it('the sentence that decided it is told as it was written', () => {
  const text =
    'Dear Ada,\n\nThank you for your time.\nUnfortunately, we could\nnot select you. All the best!';
  assert.equal(classify('Update', text)?.sentence, 'Unfortunately, we could not select you.');
});

it('mails that are about something else are nothing', () => {
  for (const [subject, text] of [
    ['Lunch?', 'Shall we go at noon?'],
    ['New jobs for you', 'Data Engineer at Acme, Berlin. Apply now!'],
    ['Newsletter', 'Ten tips for your next career step.'],
    ['Rechnung', 'Leider ist der Betrag noch offen.'],
    ['', ''],
  ] as const)
    assert.equal(classify(subject, text), undefined, subject);
});

it('what is only imagined, or quoted of before, decides nothing', () => {
  assert.equal(classify('Hello', 'If we decide to invite you to an interview, we will call.'), undefined);
  assert.equal(
    classify('Re: us', 'See you then!\n> Unfortunately we will not be moving forward.'),
    undefined,
  );
});

it('is quick and quiet, whatever it is given', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: 'binary-ascii' }),
      (a, b) => void classify(a, b),
    ),
  );
  const long = 'schedule book invite leider we would like to '.repeat(100_000);
  const before = process.cpuUsage();
  classify(long.slice(0, 900), long);
  const { user } = process.cpuUsage(before);
  assert.ok(user < 2_000_000, `${user} us`);
});
