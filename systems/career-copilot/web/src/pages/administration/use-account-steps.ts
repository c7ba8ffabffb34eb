import { showToast } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { type ApiError, expectedPages, useApiMutation, useErrorWords } from '../../api/index.ts';
import { queryOfUsers, USERS, type User, type UsersSearch } from './users.ts';

/** What administrators do to accounts, shown at once in the list that `search` says. */
export function useAccountSteps(search: UsersSearch) {
  const t = useTranslations('administration.users');
  const words = useErrorWords();
  const input = { params: { query: queryOfUsers(search) } };
  const now = () => new Date().toISOString();
  const inList = (id: number, change: (user: User) => Partial<User>) => [
    expectedPages(USERS, input, (page) => ({
      ...page,
      users: page.users.map((user) => (user.id === id ? { ...user, ...change(user) } : user)),
    })),
  ];
  const refused = (title: string) => (reason: ApiError) =>
    showToast({ title, description: words(reason).reason, tone: 'danger' });

  const suspension = useApiMutation('POST /api/v1/users/{id}/suspend', {
    expects: ({ params, body }) =>
      inList(params.path.id, () => ({
        is_active: false,
        suspended_at: now(),
        suspension_reason: body?.reason ?? null,
      })),
    onTakenBack: refused(t('notSuspended')),
  });
  const reinstatement = useApiMutation('POST /api/v1/users/{id}/reinstate', {
    expects: ({ params }) =>
      inList(params.path.id, () => ({ is_active: true, suspended_at: null, suspension_reason: null })),
    onTakenBack: refused(t('notReinstated')),
  });
  const verification = useApiMutation('POST /api/v1/users/{id}/verify', {
    expects: ({ params }) => inList(params.path.id, () => ({ email_verified_at: now() })),
    onTakenBack: refused(t('notVerified')),
  });

  /** Tells that it is done; that it is not has been told. */
  const tell = (done: Promise<unknown>, title: string, undo?: () => void) =>
    void done.then(
      () =>
        showToast({
          title,
          tone: 'good',
          ...(undo && { action: { label: t('undo'), onAction: undo } }),
        }),
      () => {},
    );
  const of = ({ id }: User) => ({ params: { path: { id } } });
  const named = ({ email }: User) => ({ email });
  const suspend = (user: User, reason: string | null): void =>
    tell(
      suspension.mutateAsync({ ...of(user), body: reason === null ? {} : { reason } }),
      t('suspended', named(user)),
      () => reinstate({ ...user, suspension_reason: reason }),
    );
  const reinstate = (user: User): void =>
    tell(reinstatement.mutateAsync(of(user)), t('reinstated', named(user)), () =>
      suspend(user, user.suspension_reason),
    );
  const verify = (user: User): void => tell(verification.mutateAsync(of(user)), t('verified', named(user)));
  return { suspend, reinstate, verify };
}
