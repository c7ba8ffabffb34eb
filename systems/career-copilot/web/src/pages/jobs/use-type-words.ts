import { useTranslations } from 'use-intl';
import type { Messages } from '../../i18n/catalogue.ts';

/** What a kind of job is called; one that only a source knows, in its words. */
export function useTypeWords(): (type: string) => string {
  const t = useTranslations('jobs.types');
  return (type) => (t.has(type as Known) ? t(type as Known) : type.replaceAll('_', ' '));
}

type Known = keyof Messages['jobs']['types'];
