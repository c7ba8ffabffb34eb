import { Banner, Card, Skeleton, Tabs } from '@banyan/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTimeZone, useTranslations } from 'use-intl';
import type { TemplateWords } from '../../../../api/notifications.ts';
import { ApiError, api, useApiMutation, useErrorWords } from '../../api/index.ts';
import { Trial } from '../../messages-sent/Trial.tsx';
import { mailMarkup } from '../../trusted-types.ts';
import styles from './Administration.module.css';
import type { Kind, Locale } from './templates.ts';

const PREVIEW = 'POST /api/v1/notifications/templates/{kind}/{locale}/preview';
/** After so long without a change it is asked how it comes out, ms. */
const PAUSE_MS = 400;

/** How a message comes out, filled with a sample by whoever sends it: as mail programs show it, as text, and where there is little room. */
export function MessagePreview({
  kind,
  locale,
  words,
  link,
}: {
  kind: Kind;
  locale: Locale;
  words: TemplateWords;
  /** Where the button of a campaign leads; empty or null: it has none. Left out: as in the example. */
  link?: string | null;
}) {
  const t = useTranslations('administration.preview');
  const say = useErrorWords();
  const zone = useTimeZone() ?? 'UTC';
  const settled = useSettled(
    JSON.stringify({ words, ...(link !== undefined && { parameters: link ? { link } : {} }) }),
  );
  const isEmpty = lacksWords(words);
  const asked = JSON.parse(settled) as { words: TemplateWords };
  const preview = useQuery({
    queryKey: ['message-preview', kind, locale, settled],
    queryFn: ({ signal }) =>
      api.call(
        PREVIEW,
        { params: { path: { kind, locale } }, body: { ...asked, time_zone: zone } },
        { signal },
      ),
    enabled: !lacksWords(asked.words),
    retry: false,
    placeholderData: keepPreviousData,
  });
  const test = useApiMutation('POST /api/v1/notifications/templates/{kind}/{locale}/test', { changes: [] });
  const send = () =>
    test.mutateAsync({
      params: { path: { kind, locale } },
      body: { words, ...(link !== undefined && { parameters: link ? { link } : {} }), time_zone: zone },
    });
  const { data, error } = preview;
  const problem = error instanceof ApiError ? error.details.problem : undefined;
  return (
    <Card title={t('title')} description={t('sample')}>
      {error && (
        <Banner tone="danger" title={t('failed')}>
          {typeof problem === 'string' ? problem : say(error).reason}
        </Banner>
      )}
      {isEmpty ? (
        <p className={styles.muted}>{t('empty')}</p>
      ) : !data ? (
        !error && <Skeleton shape="block" height="16rem" />
      ) : (
        <div className={styles.mail}>
          <strong>{data.subject}</strong>
          <Tabs
            label={t('title')}
            tabs={[
              { id: 'mail', title: t('asMail'), content: <Mail html={data.html} title={data.subject} /> },
              { id: 'text', title: t('asText'), content: <p className={styles.text}>{data.text}</p> },
            ]}
          />
          {data.short !== '' && (
            <p className={styles.short}>
              <span className={styles.muted}>{t('short')}</span>
              {data.short}
            </p>
          )}
        </div>
      )}
      <div className={styles.trial}>
        <Trial send={send} isDisabled={isEmpty} />
        <p className={styles.muted}>{t('trial')}</p>
      </div>
    </Card>
  );
}

function lacksWords({ subject, body }: TemplateWords): boolean {
  return subject === '' || body === '';
}

/**
 * In a frame of no origin in which nothing runs and no link leads anywhere. A frame of its own for each text: where one only changed what it shows, the
 * way back would lead through all that was typed.
 */
function Mail({ html, title }: { html: string; title: string }) {
  return (
    <iframe key={html} title={title} sandbox="" srcDoc={mailMarkup(html)} className={styles.frameOfMail} />
  );
}

/** A text that has not been changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
