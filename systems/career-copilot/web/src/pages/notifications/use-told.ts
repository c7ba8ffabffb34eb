import { showToast } from '@banyan/ui';
import { useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import {
  byEither,
  type Change,
  expected,
  expectedPages,
  useApiMutation,
  useApiPages,
  useErrorWords,
  useFeature,
} from '../../api/index.ts';
import { COUNTED_BY_LIST, LOOK_MS, tellOtherTabs, UNREAD } from '../../shell/unread.ts';
import { legacyId, ofFeed, ofLegacy, type Told } from './told.ts';

const FEED = 'GET /api/v1/notifications/feed';
const LIST = 'GET /api/v1/notifications';
/** Of one page of the centre. */
const LIMIT = 30;

function inputOf(isUnread: boolean, limit = LIMIT) {
  return { params: { query: { limit, ...(isUnread && { unread_only: true }) } } };
}

/**
 * What somebody was told, the latest first: of the service all of it, of the monolith what that tells. Until it is known which of them answers,
 * and where the service cannot, it is the monolith's.
 */
export function useTold({ isUnread, limit = LIMIT }: { isUnread: boolean; limit?: number }) {
  const input = inputOf(isUnread, limit);
  const isThere = useFeature(FEED) === 'there';
  const feed = useApiPages(FEED, input, 'items', { enabled: isThere });
  const isFeedLost = feed.data === undefined && feed.error !== null;
  const list = useApiPages(LIST, input, 'notifications', {
    enabled: !isThere || isFeedLost,
    refetchInterval: LOOK_MS,
  });
  // Once the service is known to be there its list is waited for: it tells more, and the page would jump when it took the other one's place. Only
  // what was shown before stays until then.
  const [hasShownList, setHasShownList] = useState(false);
  if (!isThere && list.data !== undefined && !hasShownList) setHasShownList(true);
  const isOfFeed = isThere && (feed.data !== undefined || !(hasShownList || isFeedLost));
  const rows = useMemo(
    () => (isOfFeed ? feed.rows.map(ofFeed) : list.rows.map(ofLegacy)),
    [isOfFeed, feed.rows, list.rows],
  );
  const { data, error, fetchStatus, isSlow, waitingUntil, refetch } = isOfFeed ? feed : list;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = isOfFeed ? feed : list;
  return {
    rows,
    reading: { data, error, fetchStatus, isSlow, waitingUntil, refetch },
    more: { hasNextPage, isFetchingNextPage, fetchNextPage: () => void fetchNextPage() },
  };
}

/** Marks one or all as read: shown at once, and taken back with the reason if it is refused. */
export function useMarkRead(): { one: (told: Told) => void; all: () => void } {
  const t = useTranslations('notifications');
  const words = useErrorWords();
  const isThere = useFeature(FEED) === 'there';
  const send = (sent: Promise<unknown>) =>
    void sent.then(tellOtherTabs, (reason) =>
      showToast({ title: t('notMarked'), description: words(reason).reason, tone: 'danger' }),
    );
  const ofFeed = useApiMutation('PUT /api/v1/notifications/feed/{id}/read', {
    expects: ({ params }) => expectRead(params.path.id),
  });
  const ofList = useApiMutation('PUT /api/v1/notifications/{id}/read', {
    expects: ({ params }) => expectRead(`n${params.path.id}`),
  });
  const allOfFeed = useApiMutation('PUT /api/v1/notifications/feed/read', {
    expects: () => expectRead(),
  });
  const allOfList = useApiMutation('PUT /api/v1/notifications/read-all', {
    expects: () => expectRead(),
  });
  return {
    one: ({ id, isRead }) => {
      if (isRead) return;
      const number = legacyId(id);
      const byFeed = () => ofFeed.mutateAsync({ params: { path: { id } } });
      if (number === null) return send(byFeed());
      const byList = () => ofList.mutateAsync({ params: { path: { id: number } } });
      send(isThere ? byEither(byFeed, byList) : byList());
    },
    all: () => {
      const byList = () => allOfList.mutateAsync({});
      send(isThere ? byEither(() => allOfFeed.mutateAsync({}), byList) : byList());
    },
  };
}

/** What is read then, and how much is not: of one, or of all. */
function expectRead(id?: string): Change[] {
  const isMeant = (of: string) => id === undefined || of === id;
  const left = (count: number) => (id === undefined ? 0 : Math.max(0, count - 1));
  return [
    ...[true, false].flatMap((isUnread) => [
      expectedPages(FEED, inputOf(isUnread), (page) => ({
        ...page,
        items: page.items.map((one) => (isMeant(one.id) ? { ...one, is_read: true } : one)),
      })),
      expectedPages(LIST, inputOf(isUnread), (page) => ({
        ...page,
        notifications: page.notifications.map((one) =>
          isMeant(`n${one.id}`) ? { ...one, is_read: true } : one,
        ),
      })),
    ]),
    expected(UNREAD, {}, ({ count }) => ({ count: left(count) })),
    expected(LIST, COUNTED_BY_LIST, (page) => ({ ...page, total_count: left(page.total_count) })),
  ];
}
