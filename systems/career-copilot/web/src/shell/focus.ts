import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Where the skip link leads. */
export const CONTENT = 'content';

/**
 * Moves the focus to the heading of a page that has taken the place of another: a screen reader reads it, and Tab goes on from
 * there. Not when only filters in the address have changed, nor when the page has taken the focus itself (a field, a dialog).
 */
export function useFocusOnNewPage(): void {
  const router = useRouter();
  useEffect(() => {
    let before: Element | null = null;
    const forget = router.subscribe('onBeforeNavigate', () => {
      before = document.activeElement;
    });
    const unsubscribe = router.subscribe('onRendered', ({ fromLocation, pathChanged, hashChanged }) => {
      if (fromLocation === undefined || !pathChanged || hashChanged) return;
      const { activeElement } = document;
      const isTaken = activeElement !== before && activeElement !== document.body;
      if (!isTaken) document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
    });
    return () => {
      forget();
      unsubscribe();
    };
  }, [router]);
}

/** What a skip link does: the address stays as it is. */
export function focusContent(): void {
  document.getElementById(CONTENT)?.focus();
}
