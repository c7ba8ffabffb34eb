import { useCallback } from 'react';
import { useTranslations } from 'use-intl';
import type { Messages } from '../../i18n/catalogue.ts';

/** What a kind of job is called; one that only a source knows, in its words. */
export function useTypeWords(): (type: string) => string {
  const t = useTranslations('jobs.types');
  return useCallback((type) => (t.has(type as Known) ? t(type as Known) : type.replaceAll('_', ' ')), [t]);
}

type Known = keyof Messages['jobs']['types'];
