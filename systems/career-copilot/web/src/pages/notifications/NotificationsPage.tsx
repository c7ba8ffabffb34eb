import {
  Button,
  EmptyState,
  Icon,
  IconButton,
  LinkButton,
  List,
  LoadMore,
  Skeleton,
  Views,
  VisuallyHidden,
} from '@banyan/ui';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useAgo } from '../../i18n/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { useUnread } from '../../shell/unread.ts';
import styles from './Notifications.module.css';
import { iconOf, type Told } from './told.ts';
import { useMarkRead, useTold } from './use-told.ts';

const route = getRouteApi('/signed-in/notifications');

/** All that somebody was told in the app. */
export function NotificationsPage() {
  const t = useTranslations('notifications');
  const isUnread = route.useSearch().show === 'unread';
  const unread = useUnread();
  const { rows, reading, more } = useTold({ isUnread });
  const mark = useMarkRead();
  return (
    <Page
      title={t('title')}
      {...(unread !== null && { lead: t('lead', { count: unread }) })}
      actions={
        <>
          <LinkButton href="/settings/notifications" icon="settings">
            {t('settings')}
          </LinkButton>
          <Button icon="check" isDisabled={unread === 0} onPress={mark.all}>
            {t('markAll')}
          </Button>
        </>
      }
    >
      <Views label={t('views.label')}>
        <Link to="/notifications" search={{}} activeOptions={{ exact: true, includeSearch: true }}>
          {t('views.all')}
        </Link>
        <Link
          to="/notifications"
          search={{ show: 'unread' }}
          activeOptions={{ exact: true, includeSearch: true }}
        >
          {t('views.unread')}
        </Link>
      </Views>
      <Reading of={reading} failed={t('failed')} skeleton={<Skeleton shape="block" height="36rem" />}>
        {() =>
          rows.length === 0 ? (
            <Nothing isUnread={isUnread} />
          ) : (
            <>
              <ToldList rows={rows} onRead={mark.one} />
              <LoadMore
                text={t('shown', { count: rows.length })}
                buttonLabel={t('more')}
                hasMore={more.hasNextPage}
                isPending={more.isFetchingNextPage}
                pendingLabel={t('loading')}
                onLoad={more.fetchNextPage}
              />
            </>
          )
        }
      </Reading>
    </Page>
  );
}

function ToldList({ rows, onRead }: { rows: readonly Told[]; onRead: (told: Told) => void }) {
  const t = useTranslations('notifications');
  const router = useRouter();
  const ago = useAgo();
  const open = (id: string) => {
    const told = rows.find((one) => one.id === id)!;
    onRead(told);
    if (told.path !== null) router.history.push(told.path);
  };
  return (
    <List
      label={t('title')}
      items={rows}
      idOf={({ id }) => id}
      textOf={({ title }) => title}
      onAction={open}
      dependencies={[ago]}
      render={(told) => (
        <div className={styles.told}>
          <span className={styles.sign} data-unread={!told.isRead || undefined}>
            <Icon name={iconOf(told.kind)} size={16} />
          </span>
          <span className={styles.what}>
            <span className={told.isRead ? styles.title : styles.unread}>
              {!told.isRead && <VisuallyHidden>{t('isUnread')} </VisuallyHidden>}
              {told.title}
            </span>
            <span>{told.body}</span>
            <span className={styles.about}>{ago(told.at)}</span>
          </span>
          {!told.isRead && (
            <IconButton
              icon="check"
              label={t('mark', { title: told.title })}
              size="small"
              onPress={() => onRead(told)}
            />
          )}
        </div>
      )}
    />
  );
}

function Nothing({ isUnread }: { isUnread: boolean }) {
  const t = useTranslations('notifications.empty');
  if (isUnread)
    return (
      <EmptyState
        icon="good"
        title={t('unread.title')}
        action={<LinkButton href="/notifications">{t('unread.action')}</LinkButton>}
      >
        {t('unread.text')}
      </EmptyState>
    );
  return (
    <EmptyState
      icon="bell"
      title={t('all.title')}
      action={<LinkButton href="/jobs">{t('all.action')}</LinkButton>}
    >
      {t('all.text')}
    </EmptyState>
  );
}
