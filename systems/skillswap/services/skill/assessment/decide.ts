import { hash } from 'node:crypto';
import type { Answers, NewAssessment } from '../../../api/assessments.ts';

/** From the beginning of one attempt until the next one may begin, days: nobody learns the questions by heart. */
export const DAYS_BETWEEN = 7;
/** An answer takes its time to come, ms. */
const GRACE_MS = 5_000;

type Question = NewAssessment['questions'][number];

/** Why an assessment is none. Null: it is one. */
export function whyNotAssessment({ asked, questions }: NewAssessment): string | null {
  if (asked > questions.length) return `${asked} of ${questions.length} questions cannot be asked.`;
  const wrong = questions.findIndex(({ options, correct }) => correct >= options.length);
  return wrong === -1 ? null : `Question ${wrong} has no option ${questions[wrong]!.correct}.`;
}

/** Numbers of the questions of an attempt, in the order in which they are asked: by its id, so the same each time. */
export function questionsOf(attemptId: string, { asked, of }: { asked: number; of: number }): number[] {
  const drawn = Array.from({ length: of }, (_, number) => ({
    number,
    place: hash('sha256', `${attemptId} ${number}`, 'hex'),
  }));
  drawn.sort((a, b) => (a.place < b.place ? -1 : 1));
  return drawn.slice(0, asked).map(({ number }) => number);
}

/** How many of the questions that were asked are answered rightly; a question that is answered twice is wrong. */
export function correctOf(
  answers: Answers['answers'],
  asked: readonly number[],
  questions: readonly Pick<Question, 'correct'>[],
): number {
  return asked.filter((number) => {
    const given = answers.filter((answer) => answer.number === number);
    return given.length === 1 && given[0]!.option === questions[number]?.correct;
  }).length;
}

export function isPassed(
  correct: number,
  { asked, passPercent }: { asked: number; passPercent: number },
): boolean {
  return correct * 100 >= asked * passPercent;
}

export function isTooLate(dueAt: Date, now: number): boolean {
  return now > dueAt.getTime() + GRACE_MS;
}
