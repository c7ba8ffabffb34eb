import { useTranslations } from 'use-intl';
import { type WayOn, wayOnOf } from './codes.ts';
import { ApiError } from './errors.ts';

/** What is said of an error: why, what to do, and the number by which our log has it. */
export type ErrorWords = { reason: string; wayOn: WayOn; wayOnLabel: string; support: string | null };

/** Words for whatever a read or a write was refused by. */
export function useErrorWords(): (error: unknown) => ErrorWords {
  const t = useTranslations('api');
  return (cause) => {
    const error = cause instanceof ApiError ? cause : new ApiError('INTERNAL');
    const wayOn = wayOnOf(error.code);
    return {
      reason: t(`errors.${error.code}`),
      wayOn,
      wayOnLabel: t(`waysOn.${wayOn}`),
      support: error.requestId === null ? null : t('reading.request', { id: error.requestId }),
    };
  };
}
