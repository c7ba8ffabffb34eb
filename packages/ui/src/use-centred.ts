import { type RefObject, useEffect } from 'react';

/**
 * Keeps the link that is chosen in the middle of its list, which scrolls sideways where there is no room for all of it: also when the room changes.
 * The page itself stays where it is. `chosen`: which one it is.
 */
export function useCentred(link: RefObject<HTMLElement | null>, chosen: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one may be chosen
  useEffect(() => {
    const list = link.current?.closest('ul');
    if (!list) return;
    // Called at once, too.
    const room = new ResizeObserver(() => {
      if (link.current) list.scrollLeft += middleOf(link.current) - middleOf(list);
    });
    room.observe(list);
    return () => room.disconnect();
  }, [link, chosen]);
}

function middleOf(element: Element): number {
  const { left, width } = element.getBoundingClientRect();
  return left + width / 2;
}
