import { Badge, Button, Card, ConfirmDialog, Skeleton, showToast } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { type Answer, expected, useApiMutation, useApiQuery } from '../../api/index.ts';
import { useAgo, useFormats } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Settings.module.css';
import { useTelling } from './use-telling.ts';

const LIST = 'GET /api/v1/auth/sessions';
type Sessions = Answer<typeof LIST>;

/** Where somebody is logged in. What is ended cannot be begun again from here: it is asked for only where it is many. */
export function SessionsCard() {
  const t = useTranslations('settings.security.sessions');
  const sessions = useApiQuery(LIST, {}, { select: withCurrentFirst });
  const [isAsking, setAsking] = useState(false);
  const { endOne, endOthers } = useEnding(() => setAsking(false));
  const others = sessions.data?.sessions.filter(({ current }) => !current) ?? [];
  return (
    <Card
      title={t('title')}
      description={t('text')}
      footer={
        others.length > 1 && (
          <Button onPress={() => setAsking(true)}>{t('endOthers', { count: others.length })}</Button>
        )
      }
    >
      <Reading of={sessions} failed={t('failed')} skeleton={<Skeleton shape="block" height="6rem" />}>
        {(list) => (
          <ul className={styles.rows}>
            {list.sessions.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                onEnd={() => endOne.mutate({ params: { path: { id: session.id } } })}
              />
            ))}
          </ul>
        )}
      </Reading>
      <ConfirmDialog
        title={t('ask', { count: others.length })}
        confirmLabel={t('confirm')}
        cancelLabel={t('cancel')}
        isOpen={isAsking}
        onOpenChange={setAsking}
        onConfirm={() => endOthers.mutate({})}
        isDangerous
        isPending={endOthers.isPending}
        pendingLabel={t('pending')}
      >
        {t('askText')}
      </ConfirmDialog>
    </Card>
  );
}

function SessionRow({ session, onEnd }: { session: Sessions['sessions'][number]; onEnd: () => void }) {
  const t = useTranslations('settings.security.sessions');
  const ago = useAgo();
  const { dateTime } = useFormats();
  const since = dateTime(session.started_at);
  return (
    <li>
      <span className={styles.row}>
        <span className={styles.name}>
          {t('since', { when: since })}
          {session.current && <Badge tone="accent">{t('current')}</Badge>}
        </span>
        <span className={styles.muted}>{t('used', { when: ago(session.last_used_at) })}</span>
      </span>
      {!session.current && (
        <Button size="small" aria-label={t('endOf', { when: since })} onPress={onEnd}>
          {t('end')}
        </Button>
      )}
    </li>
  );
}

function useEnding(onEnded: () => void) {
  const t = useTranslations('settings.security.sessions');
  const tell = useTelling();
  const endOne = useApiMutation('DELETE /api/v1/auth/sessions/{id}', {
    expects: ({ params }) => [
      expected(LIST, {}, ({ sessions }) => ({
        sessions: sessions.filter(({ id }) => id !== params.path.id),
      })),
    ],
    onTakenBack: (reason) => tell(t('notEnded'), reason),
    onSuccess: () => void showToast({ title: t('ended'), tone: 'good' }),
  });
  const endOthers = useApiMutation('DELETE /api/v1/auth/sessions', {
    onSuccess: () => void showToast({ title: t('othersEnded'), tone: 'good' }),
    onError: (reason) => tell(t('notEnded'), reason),
    onSettled: onEnded,
  });
  return { endOne, endOthers };
}

function withCurrentFirst({ sessions }: Sessions): Sessions {
  return { sessions: sessions.toSorted((a, b) => Number(b.current) - Number(a.current)) };
}
