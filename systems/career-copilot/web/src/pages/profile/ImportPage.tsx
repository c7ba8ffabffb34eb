import { EmptyState, FileDrop, LinkButton, Skeleton } from '@banyan/ui';
import { useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { RESUME_BYTES } from '../../../../api/bodies.ts';
import { api, useApiQuery, useErrorWords } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Page } from '../../shell/Page.tsx';
import { Reading } from '../../shell/Reading.tsx';
import { ImportReview } from './ImportReview.tsx';
import type { Read } from './import-review.ts';
import { useImport, useResume } from './use-resume.ts';

const ACCEPT = [
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/json',
  'application/zip',
  'application/x-zip-compressed',
  'text/plain',
  '.pdf',
  '.docx',
  '.json',
  '.zip',
  '.txt',
];
const KIB = 1024;

/** A résumé out of a file: read, shown beside what is there, decided on, and only then kept. */
export function ImportPage() {
  const t = useTranslations('profile.import');
  const reader = useReader();
  return (
    <Page title={t('title')} lead={t('lead')}>
      {reader.operation === null ? <NotYet isUnknown={reader.isUnknown} /> : <Import reader={reader} />}
    </Page>
  );
}

function Import({ reader }: { reader: ReturnType<typeof useReader> }) {
  const t = useTranslations('profile');
  const words = useErrorWords();
  const format = useFormats();
  const profile = useApiQuery('GET /api/v1/users/me', {});
  const resume = useResume();
  const [refused, setRefused] = useState(false);
  const { read, pending, failure } = reader;
  if (read === null)
    return (
      <FileDrop
        title={t('import.drop')}
        description={t('import.kinds', { size: format.number(RESUME_BYTES / KIB / KIB) })}
        buttonLabel={t('import.choose')}
        accept={ACCEPT}
        maxBytes={RESUME_BYTES}
        error={refused ? t('import.refused') : failure === null ? undefined : words(failure).reason}
        {...(pending !== null && { progress: { label: t('import.reading', { file: pending }) } })}
        onFiles={([file]) => {
          setRefused(false);
          if (file) void reader.start(file);
        }}
        onRefused={() => setRefused(true)}
      />
    );
  return (
    <Reading of={profile} failed={t('failed')} skeleton={<Skeleton shape="block" height="30rem" />}>
      {(now) =>
        resume.isLoading ? null : (
          <ImportReview
            profile={now}
            read={read}
            confirmed={resume.resume}
            keepsResume={resume.isThere}
            onAnother={reader.forget}
          />
        )
      }
    </Reading>
  );
}

/** No side that reads files answers for this person yet. */
function NotYet({ isUnknown }: { isUnknown: boolean }) {
  const t = useTranslations('profile.import');
  if (isUnknown) return <Skeleton shape="block" height="14rem" />;
  return (
    <EmptyState
      icon="document"
      title={t('notYet')}
      action={<LinkButton href="/profile">{t('byHand')}</LinkButton>}
    >
      {t('notYetText')}
    </EmptyState>
  );
}

/** Reads a file by whichever service does so; what was understood stays in this page alone. */
function useReader() {
  const { operation, isUnknown } = useImport();
  const [read, setRead] = useState<Read | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const attempt = useRef(0);
  const start = async (file: File) => {
    attempt.current += 1;
    const mine = attempt.current;
    setFailure(null);
    setPending(file.name);
    try {
      const understood = (await api.upload(operation!, { file })) as Read;
      if (mine === attempt.current) setRead(understood);
    } catch (cause) {
      if (mine === attempt.current) setFailure(cause);
    } finally {
      if (mine === attempt.current) setPending(null);
    }
  };
  return {
    // What was read is decided on to the end, whatever moves meanwhile.
    operation: read === null ? operation : 'POST /api/v1/users/me/resume',
    isUnknown,
    read,
    pending,
    failure,
    start,
    forget: () => setRead(null),
  };
}
