import { Status } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { isState, TONES } from './states.ts';

/** A state as everybody reads it; one that only the legacy system knows as it has it. */
export function StateName({ state }: { state: string }) {
  const t = useTranslations('applications.states');
  return isState(state) ? <Status tone={TONES[state]}>{t(state)}</Status> : <Status>{state}</Status>;
}
