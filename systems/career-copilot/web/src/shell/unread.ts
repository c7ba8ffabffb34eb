import { useEffect, useSyncExternalStore } from 'react';
import { queryClient, useApiQuery, useFeature, useServerEvents } from '../api/index.ts';

/** How much is unread, of the service; `COUNTED_BY_LIST`: of the monolith, which tells it with a page of them. */
export const UNREAD = 'GET /api/v1/notifications/feed/unread';
const LIST = 'GET /api/v1/notifications';
export const COUNTED_BY_LIST = { params: { query: { unread_only: true, page: 1, limit: 1 } } };
/** Where nobody tells of what is new, ms. */
export const LOOK_MS = 60_000;

/** Null: not known. */
export function useUnread(): number | null {
  const isOfFeed = useFeature(UNREAD) === 'there';
  const feed = useApiQuery(UNREAD, {}, { enabled: isOfFeed });
  const isListed = !isOfFeed || feed.data === undefined;
  const list = useApiQuery(LIST, COUNTED_BY_LIST, { enabled: isListed, refetchInterval: LOOK_MS });
  return (isOfFeed ? feed.data?.count : undefined) ?? list.data?.total_count ?? null;
}

/**
 * Hears of what is told while the page is seen, and has it read anew; what was told while nobody looked or no stream was open, when there is one again,
 * and where there is none, now and then. A person may have a few streams only, so that pages in the background have none.
 */
export function useNews(onTold: (title: string, body: string) => void): void {
  const isSeen = useIsSeen();
  const isThere = useFeature(UNREAD) === 'there';
  const isWanted = isThere && isSeen;
  const isHeard = useServerEvents('/api/v1/notifications/stream', isWanted, {
    // A stream that has not told anything yet goes on from now, not from where it was cut.
    onOpen: readAnew,
    onEvent: ({ event, data }) => {
      readAnew();
      if (event !== 'notification') return;
      const { title, body } = JSON.parse(data) as { title: string; body: string };
      onTold(title, body);
    },
  });
  useEffect(() => {
    if (isHeard || !isWanted) return;
    const timer = setInterval(readAnew, LOOK_MS);
    return () => clearInterval(timer);
  }, [isHeard, isWanted]);
  useEffect(() => {
    otherTabs.addEventListener('message', readAnew);
    return () => otherTabs.removeEventListener('message', readAnew);
  }, []);
}

/** Something was marked as read here: streams tell what is new only. */
export function tellOtherTabs(): void {
  otherTabs.postMessage('read');
}

const otherTabs = new BroadcastChannel('career-copilot.notifications');

function readAnew(): void {
  void queryClient.invalidateQueries({ queryKey: ['notifications'] });
}

function useIsSeen(): boolean {
  return useSyncExternalStore(subscribe, () => document.visibilityState === 'visible');
}

function subscribe(listener: () => void): () => void {
  const onChange = () => {
    if (document.visibilityState === 'visible') readAnew();
    listener();
  };
  document.addEventListener('visibilitychange', onChange);
  return () => document.removeEventListener('visibilitychange', onChange);
}
