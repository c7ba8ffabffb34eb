import { storableText } from '@banyan/postgres';
import { isPermanent } from './errors.ts';

/** What is kept of something that went wrong. */
export type Failure = {
  /** Fit for any store: no NUL, no half of a surrogate pair, 10,000 characters at most. */
  reason: string;
  /** Trying again cannot help. */
  permanent: boolean;
};

/** Of whatever was thrown: an error, undefined, an object without a text, one whose getters throw. Never throws itself. */
export function failureOf(thrown: unknown): Failure {
  return { reason: keptText(textOf(thrown)), permanent: isPermanent(thrown) };
}

/** What was thrown if it is an error that can be read, or one that tells of it: logs and traces read its fields. */
export function errorOf(thrown: unknown): Error {
  try {
    if (thrown instanceof Error && typeof thrown.message === 'string' && typeof thrown.stack !== 'symbol') {
      return thrown;
    }
  } catch {
    // Its getters throw.
  }
  return new Error(textOf(thrown));
}

export function textOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return String(thrown.message || thrown.name);
    if (typeof thrown === 'string') return thrown || 'an empty text was thrown';
    if (typeof thrown === 'object' && thrown !== null)
      return `${JSON.stringify(thrown)} was thrown, which is no error`;
    return `${String(thrown)} was thrown, which is no error`;
  } catch {
    return 'something was thrown that has no text';
  }
}

/** What is kept of a text that tells something: 10,000 characters at most. */
export function keptText(text: string): string {
  return storableText(text, 10_000);
}
