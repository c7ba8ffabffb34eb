import type { FlagValue } from '@banyan/service/settings';
import { InvalidArgumentError } from 'commander';
import type { FlagChange } from '../../../settings/change-flag.ts';
import { UsageError } from '../../exit.ts';

/** What `banyan flags set` is given. */
export type SetOptions = {
  description?: string;
  variant?: [string, string][];
  type?: string;
  default?: string;
  whenOff?: string;
  user?: [string, string][];
  percent?: [string, string][];
};

/** Collects `name=value` of an option that may be repeated. */
export function pair(text: string, before: [string, string][] = []): [string, string][] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be <name>=<value>.');
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}

/** The change that the options ask for. Throws UsageError. */
export function readChange({
  description,
  variant,
  type,
  default: standard,
  whenOff,
  user,
  percent,
}: SetOptions): FlagChange {
  return {
    ...(description === undefined ? {} : { description }),
    ...(variant === undefined ? {} : { variants: readVariants(variant, type) }),
    ...(standard === undefined ? {} : { default: standard }),
    ...(whenOff === undefined ? {} : { whenOff }),
    ...(user === undefined
      ? {}
      : { users: Object.fromEntries(user.map(([id, name]) => [id, name || null])) }),
    ...(percent === undefined
      ? {}
      : { split: percent.map(([name, share]) => ({ variant: name, percent: readPercent(share) })) }),
  };
}

/** One type for all: numbers or booleans if all are, otherwise text. */
function readVariants(pairs: [string, string][], type: string | undefined): Record<string, FlagValue> {
  const texts = pairs.map(([, text]) => text);
  const guessed = texts.every(isBoolean) ? 'boolean' : texts.every(isNumber) ? 'number' : 'string';
  const wanted = type ?? guessed;
  return Object.fromEntries(
    pairs.map(([name, text]): [string, FlagValue] => {
      if (wanted === 'string') return [name, text];
      if (wanted === 'boolean' && isBoolean(text)) return [name, text === 'true'];
      if (wanted === 'number' && isNumber(text)) return [name, Number(text)];
      throw new UsageError(
        `the variant ${name} is '${text}', which is no ${wanted}`,
        'give another value or --type',
      );
    }),
  );
}

function readPercent(text: string): number {
  const percent = Number(text.replace(/\s*%$/, ''));
  if (text.trim() !== '' && percent >= 0 && percent <= 100) return percent;
  throw new UsageError(`'${text}' is no share of users`, "give a percentage from 0% to 100%, e.g. '10%'");
}

function isBoolean(text: string): boolean {
  return text === 'true' || text === 'false';
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
