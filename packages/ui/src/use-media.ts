import { useCallback, useSyncExternalStore } from 'react';

/** Whether a media query (`(max-width: 48rem)`) holds now: for what is another thing on a phone, where CSS alone cannot make it one. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}
