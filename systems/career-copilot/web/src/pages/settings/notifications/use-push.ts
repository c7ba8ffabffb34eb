import { showToast } from '@banyan/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { ApiError, useApiMutation, useApiQuery } from '../../../api/index.ts';
import { type PushState, pushState, turnOff, turnOn } from '../../../push/this-browser.ts';
import { useSession } from '../../../session/index.ts';
import { useTelling } from '../use-telling.ts';

/** Push messages in this browser; the permission is asked for when somebody turns them on, and not before. */
export function usePush(): {
  state: PushState;
  isPending: boolean;
  turnOn: () => void;
  turnOff: () => void;
} {
  const t = useTranslations('notificationSettings.ways');
  const tell = useTelling();
  const client = useQueryClient();
  const session = useSession();
  const user = session.status === 'in' ? session.user.id : 0;
  const [isPending, setPending] = useState(false);
  const { data: state = 'off' } = useQuery({ queryKey: ['push', user], queryFn: () => pushState(user) });
  const { data: key } = useApiQuery('GET /api/v1/notifications/push-key', {});
  const add = useApiMutation('POST /api/v1/notifications/push-subscriptions', { changes: [] });
  const remove = useApiMutation('DELETE /api/v1/notifications/push-subscriptions/{id}', { changes: [] });

  const during = async (work: () => Promise<unknown>, failed: string) => {
    setPending(true);
    try {
      await work();
    } catch (reason) {
      // Of the browser, which cannot reach its maker's push service.
      if (reason instanceof ApiError) tell(failed, reason);
      else showToast({ title: failed, description: t('noPushService'), tone: 'danger' });
    } finally {
      setPending(false);
      void client.invalidateQueries({ queryKey: ['push'] });
    }
  };
  const on = async () => {
    const publicKey = key?.public_key;
    if (!publicKey) throw new ApiError('CHANNEL_OFF');
    const now = await turnOn(user, publicKey, async (body) => (await add.mutateAsync({ body })).id);
    if (now === 'on') showToast({ title: t('turnedOn'), tone: 'good' });
  };
  const off = () => turnOff((id) => remove.mutateAsync({ params: { path: { id } } }));
  return {
    state,
    isPending,
    turnOn: () => void during(on, t('notTurnedOn')),
    turnOff: () => void during(off, t('notTurnedOff')),
  };
}
