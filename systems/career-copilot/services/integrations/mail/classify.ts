/** What a company's mail says of an application, in English and German: pure. */

import type { MailKind } from '../../../api/mail.ts';

export type Classified = {
  kind: MailKind;
  /** The sentence that decided it, for the person to judge. */
  sentence: string;
};

/**
 * In the order in which they decide: whoever refuses thanks for the application too, and an offer of a talk is no offer of a job. A rule is
 * about one sentence.
 */
const RULES: readonly (readonly [MailKind, readonly RegExp[]])[] = [
  [
    'rejection',
    [
      /\b(decided|chosen|elected) (not to|to not) (move|go|proceed|continue|progress)\b/,
      /\b(not|won't|unable to|cannot|can't) (be )?(moving|move|going|go|proceeding|proceed|progressing|progress) (forward|ahead|further|on)\b/,
      /\b(decided|chosen|going|moving forward|move forward|proceed|proceeding) (to (proceed|move forward|go ahead) )?with (another|other|a different)( \w+)? (candidates?|applicants?)\b/,
      /\bpursue (another|other)( \w+)? (candidates?|applicants?)\b/,
      /\b(position|role|vacancy) has (already )?been (filled|closed|withdrawn)\b/,
      /\bnot (been )?(selected|successful|shortlisted)\b/,
      /\bunsuccessful\b/,
      /\b(regret|sorry) to (inform|tell|let)\b/,
      /\bunfortunately\b.*\b(not|other candidates?|another candidate|filled|unable)\b/,
      /\bleider\b.*\b(nicht|kein\w*|absag\w*|anderweitig|andere\w*|absage|ablehn\w*)\b/,
      /\b(absage|absagen) (erteilen|müssen|zusenden|geben)\b/,
      /\b(für|zugunsten) (eine?n?|andere\w*)( \w+)? (andere\w* )?(kandidat\w*|bewerber\w*|mitbewerber\w*) entschieden\b/,
      /\bnicht (weiter )?(berücksichtigen|in die engere (aus)?wahl)\b/,
      /\bstelle (wurde|ist)( \w+)? (bereits |anderweitig )?besetzt\b/,
    ],
  ],
  [
    'offer',
    [
      /\b(pleased|happy|delighted|excited|thrilled) to (offer|extend)\b(?!.*\b(interview|call|slot|meeting|conversation)\b)/,
      /\b(job|employment|formal|official|written) offer\b/,
      /\boffer (letter|of employment)\b/,
      /\bextend(ing)? (you )?an offer\b/,
      /\b(offer|bieten) (you|ihnen|dir) (the|die|eine?) (position|role|job|stelle|festanstellung)\b/,
      /\b(arbeitsvertrag|vertragsangebot|stellenangebot|jobangebot|anstellungsvertrag)\b.*\b(anbei|anhang|angehängt|zusenden|unterbreiten|unterschr\w*|machen|freuen)\b/,
      /\b(unterbreiten|machen) (wir )?(ihnen|dir)( \w+)? (gerne? )?(ein|unser)( \w+)? angebot\b/,
      /\b(zusage|zusagen) (für|geben|erteilen|machen)\b/,
    ],
  ],
  [
    'interview',
    [
      /\b(invite|inviting|invitation)\b.*\b(interview|call|conversation|chat|meeting|screen\w*|assessment)\b/,
      /\b(schedule|book|arrange|set up|set-up|organi[sz]e)\b.*\b(interview|call|conversation|chat|meeting|time)\b/,
      /\binterview (is |has been )?(scheduled|confirmed|booked)\b/,
      /\b(would|we'd) (like|love) to (interview|meet|speak|talk|chat)\b/,
      /\bnext (step|round|stage)\b.*\b(interview|call|conversation|assessment)\b/,
      /\b(vorstellungsgespräch|bewerbungsgespräch|kennenlerngespräch|telefoninterview|erstgespräch|videointerview)\w*/,
      /\b(lade|laden|einladung|einladen|einzuladen)\b.*\b(gespräch|interview|kennenlernen|termin|call)\b/,
      /\b(gespräch|interview|termin|kennenlernen)\b.*\b(einladen|einzuladen|vereinbaren|bestätig\w*)\b/,
    ],
  ],
  [
    'received',
    [
      /\b(received|got) your application\b/,
      /\bapplication (has been|was) (successfully )?(received|submitted)\b/,
      /\bthank(s| you)( very much| so much)? for (applying|your application|your interest)\b/,
      /\b(bewerbung|unterlagen)\b.*\b(erhalten|eingegangen|angekommen)\b/,
      /\b(vielen |herzlichen |besten )?dank für (ihre?|deine?)( \w+)? (bewerbung|interesse|unterlagen)\b/,
      /\b(eingangsbestätigung|eingang ihrer bewerbung)\b/,
    ],
  ],
];

/** Where a negated sentence begins with it, it is about what might come. */
const HYPOTHETICAL = /^(if|should|in case|falls|sollten|wenn)\b/;
const LONGEST_TEXT = 20_000;
const LONGEST_SENTENCE = 500;

/** Undefined: no rule is about any of its sentences. The subject is a sentence, too. */
export function classify(subject: string, text: string): Classified | undefined {
  const sentences = sentencesOf(`${subject}\n\n${text.slice(0, LONGEST_TEXT)}`);
  for (const [kind, rules] of RULES) {
    const sentence = sentences.find((one) => {
      const plain = one.toLowerCase().replaceAll('’', "'");
      return !HYPOTHETICAL.test(plain) && rules.some((rule) => rule.test(plain));
    });
    if (sentence !== undefined) return { kind, sentence };
  }
  return undefined;
}

/** Lines that belong together are one text; what somebody quotes of before is left out. */
function sentencesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => (/^\s*>/.test(line) ? '' : line.trim()))
    .join('\n')
    .split(/\n{2,}|(?<=[.!?])\s+/)
    .map((one) => one.replace(/\s+/g, ' ').trim().slice(0, LONGEST_SENTENCE))
    .filter((one) => one !== '');
}
