import { Badge, Button, EmptyState, List, LoadMore, Select, Skeleton, Status } from '@banyan/ui';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { useApiPages } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { useSession } from '../../session/index.ts';
import { Available } from '../../shell/Available.tsx';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { SettledSearchField } from '../../shell/SettledSearchField.tsx';
import styles from './Administration.module.css';
import { NotYet } from './NotYet.tsx';
import { UserMenu } from './UserMenu.tsx';
import { useAccountSteps } from './use-account-steps.ts';
import { queryOfUsers, stateOf, stepsOf, USERS, type User, type UsersSearch } from './users.ts';

const route = getRouteApi('/signed-in/administration/users');

const TONES = { active: 'good', suspended: 'danger', locked: 'warning', deleted: 'neutral' } as const;

export function UsersPage() {
  const t = useTranslations('administration');
  return (
    <Page title={t('users.title')} lead={t('users.lead')} width="full">
      <Available operation={USERS} skeleton={<ListSkeleton />} missing={<NotYet part="users" />}>
        <Users />
      </Available>
    </Page>
  );
}

function Users() {
  const t = useTranslations('administration');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const session = useSession();
  const self = session.status === 'in' ? session.user.id : 0;
  const list = useApiPages(USERS, { params: { query: queryOfUsers(search) } }, 'users');
  const steps = useAccountSteps(search);
  const choose = (next: UsersSearch) => void navigate({ search: next, replace: true, resetScroll: false });
  return (
    <>
      <Filters search={search} onChoose={choose} />
      <Reading of={list} failed={t('users.failed')} skeleton={<ListSkeleton />}>
        {() =>
          list.rows.length === 0 ? (
            <EmptyState
              icon="people"
              title={t('users.noMatch.title')}
              action={<Button onPress={() => choose({})}>{t('users.noMatch.action')}</Button>}
            >
              {t('users.noMatch.text')}
            </EmptyState>
          ) : (
            <>
              <List
                label={t('users.title')}
                items={list.rows}
                idOf={({ id }) => String(id)}
                textOf={({ email }) => email}
                render={(user) => <UserLine user={user} self={self} steps={steps} />}
              />
              <LoadMore
                text={t('users.shown', { count: list.rows.length })}
                buttonLabel={t('more')}
                hasMore={list.hasNextPage}
                isPending={list.isFetchingNextPage}
                pendingLabel={t('loadingMore')}
                onLoad={() => void list.fetchNextPage()}
              />
            </>
          )
        }
      </Reading>
    </>
  );
}

function Filters({ search, onChoose }: { search: UsersSearch; onChoose: (search: UsersSearch) => void }) {
  const t = useTranslations('administration.users.filters');
  const { q, ...withoutText } = search;
  const { state: _state, ...withoutState } = search;
  const { role: _role, ...withoutRole } = search;
  return (
    <div className={styles.filters}>
      <SettledSearchField
        label={t('address.label')}
        placeholder={t('address.hint')}
        clearLabel={t('address.clear')}
        value={q ?? ''}
        onSettled={(text) => onChoose(text.trim() === '' ? withoutText : { ...search, q: text })}
      />
      <Select
        label={t('state.label')}
        value={search.state ?? 'all'}
        placeholder={t('state.all')}
        options={(['all', 'active', 'suspended'] as const).map((id) => ({ id, label: t(`state.${id}`) }))}
        onChange={(id) =>
          onChoose(id === 'all' ? withoutState : { ...search, state: id as 'active' | 'suspended' })
        }
      />
      <Select
        label={t('role.label')}
        value={search.role ?? 'all'}
        placeholder={t('role.all')}
        options={(['all', 'admin', 'user'] as const).map((id) => ({ id, label: t(`role.${id}`) }))}
        onChange={(id) => onChoose(id === 'all' ? withoutRole : { ...search, role: id as 'admin' | 'user' })}
      />
    </div>
  );
}

function UserLine({
  user,
  self,
  steps,
}: {
  user: User;
  self: number;
  steps: ReturnType<typeof useAccountSteps>;
}) {
  const t = useTranslations('administration.users');
  const { date } = useFormats();
  const state = stateOf(user);
  return (
    <div className={styles.line}>
      <div className={styles.what}>
        <span className={styles.name}>
          {user.email}
          {user.role === 'admin' && <Badge tone="accent">{t('administrator')}</Badge>}
          {user.id === self && <Badge>{t('you')}</Badge>}
        </span>
        <span className={styles.muted}>{t('registered', { id: user.id, date: date(user.created_at) })}</span>
        {user.suspension_reason !== null && (
          <span className={styles.reason}>{t('reason', { reason: user.suspension_reason })}</span>
        )}
      </div>
      <div className={styles.do}>
        <UserMenu user={user} possible={stepsOf(user, self)} steps={steps} />
      </div>
      <div className={styles.facts}>
        <Status tone={TONES[state]}>
          {state === 'suspended'
            ? t('states.suspendedSince', { date: date(user.suspended_at!) })
            : t(`states.${state}`)}
        </Status>
        {state !== 'deleted' && (
          <span className={styles.muted}>
            {t(user.email_verified_at === null ? 'unconfirmed' : 'confirmed')}
          </span>
        )}
      </div>
    </div>
  );
}

function ListSkeleton() {
  return <Skeleton shape="block" height="40rem" />;
}
