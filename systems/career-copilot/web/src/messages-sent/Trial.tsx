import { Button, Status } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useApiQuery, useErrorWords } from '../api/index.ts';
import { isUnderWay, OUTCOME_TONES, outcomeOf } from './outcome.ts';
import styles from './Trial.module.css';
import { useReasonWords } from './use-reason-words.ts';

const DELIVERY = 'GET /api/v1/notifications/deliveries/{id}';
/** While it is under way, ms. */
const LOOK_AGAIN_MS = 1_000;

/** Somebody sends themselves a message to see it arrive, and is told what comes of it. */
export function Trial({
  send,
  way,
  isDisabled = false,
}: {
  /** Gives the deliveries that were made. */
  send: () => Promise<{ delivery_ids: string[] }>;
  /** Where there are several on a page: which one. */
  way?: string;
  isDisabled?: boolean;
}) {
  const t = useTranslations('messagesSent.trial');
  const words = useErrorWords();
  const [deliveries, setDeliveries] = useState<readonly string[]>([]);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const begin = async () => {
    setPending(true);
    setFailure(null);
    setDeliveries([]);
    try {
      setDeliveries((await send()).delivery_ids);
    } catch (reason) {
      setFailure(reason);
    } finally {
      setPending(false);
    }
  };
  return (
    <div className={styles.trial}>
      <Button
        size="small"
        icon="send"
        isDisabled={isDisabled}
        isPending={isPending}
        pendingLabel={t('sending')}
        {...(way !== undefined && { 'aria-label': t('sendOf', { way }) })}
        onPress={() => void begin()}
      >
        {t('send')}
      </Button>
      <div role="status" className={styles.outcome}>
        {failure !== null && (
          <Status tone="danger">
            {t('notSent')}. {words(failure).reason}
          </Status>
        )}
        {deliveries.map((id) => (
          <WhatCameOfIt key={id} id={id} />
        ))}
      </div>
    </div>
  );
}

function WhatCameOfIt({ id }: { id: string }) {
  const t = useTranslations('messagesSent.trial.states');
  const reasonWords = useReasonWords();
  const { data, error } = useApiQuery(
    DELIVERY,
    { params: { path: { id } } },
    { refetchInterval: ({ state: { data } }) => (isUnderWay(data?.state) ? LOOK_AGAIN_MS : false) },
  );
  if (error) return <Status tone="danger">{t('unknown')}</Status>;
  const outcome = data ? outcomeOf(data) : 'queued';
  return (
    <Status tone={OUTCOME_TONES[outcome]}>{t(outcome, { reason: reasonWords(data?.reason ?? '') })}</Status>
  );
}
