import { showToast } from '@banyan/ui';
import { useErrorWords } from '../../api/index.ts';

/** Tells in a corner of the page why something was not done. */
export function useTelling(): (title: string, reason: unknown) => void {
  const words = useErrorWords();
  return (title, reason) => {
    showToast({ title, description: words(reason).reason, tone: 'danger' });
  };
}
