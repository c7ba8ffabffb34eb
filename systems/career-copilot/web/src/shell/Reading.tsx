import { Button, ErrorState, LinkButton, SkeletonGroup } from '@banyan/ui';
import type { ReactElement, ReactNode } from 'react';
import { useNow, useTranslations } from 'use-intl';
import { ApiError, useErrorWords } from '../api/index.ts';
import styles from './Reading.module.css';

/** What of a read is looked at here: what `useApiQuery` and `useApiPages` give. */
type Read<Data> = {
  data: Data | undefined;
  error: ApiError | null;
  fetchStatus: 'fetching' | 'paused' | 'idle';
  isSlow: boolean;
  waitingUntil: number | null;
  refetch: () => unknown;
};

/**
 * What was read, as soon as it is there: until then its place, and what is waited for; else why it could not be read, and the way on.
 * What was read before stays when it could not be read again.
 */
export function Reading<Data>({
  of: read,
  failed,
  skeleton,
  children,
}: {
  of: Read<Data>;
  /** What is said when it could not be read: "Your profile could not be loaded". */
  failed: string;
  /** Of the size of what comes. */
  skeleton: ReactElement;
  children: (data: Data) => ReactNode;
}): ReactNode {
  const t = useTranslations('shell');
  if (read.data !== undefined) return children(read.data);
  // Without network nothing is even asked.
  const error = read.error ?? (read.fetchStatus === 'paused' ? new ApiError('OFFLINE') : null);
  if (error) return <ReadFailure error={error} title={failed} onRetry={() => void read.refetch()} />;
  return (
    <div className={styles.reading}>
      <SkeletonGroup label={t('starting')}>{skeleton}</SkeletonGroup>
      <div role="status" className={styles.why}>
        <Why isSlow={read.isSlow} waitingUntil={read.waitingUntil} />
      </div>
    </div>
  );
}

/** Why something could not be read, and the way on. */
function ReadFailure({
  error,
  title,
  onRetry,
}: {
  error: unknown;
  title: string;
  onRetry: () => void;
}): ReactElement {
  const { reason, wayOn, wayOnLabel, support } = useErrorWords()(error);
  const t = useTranslations('api.waysOn');
  return (
    <ErrorState
      title={title}
      reason={reason}
      details={support ?? undefined}
      action={
        wayOn === 'log-in' ? (
          <LinkButton href="/login">{wayOnLabel}</LinkButton>
        ) : wayOn === 'back' ? (
          <Button onPress={() => history.back()}>{wayOnLabel}</Button>
        ) : (
          <Button onPress={onRetry}>{t('retry')}</Button>
        )
      }
    />
  );
}

function Why({ isSlow, waitingUntil }: { isSlow: boolean; waitingUntil: number | null }): ReactNode {
  const t = useTranslations('api.reading');
  const now = useNow({ updateInterval: 1_000 });
  const ms = waitingUntil === null ? 0 : waitingUntil - now.getTime();
  if (ms > 0) return t('waiting', { seconds: Math.ceil(ms / 1_000) });
  return isSlow ? t('slow') : null;
}
