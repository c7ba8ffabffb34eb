import { Button, Dialog, FileDrop, Meter, Select, Skeleton, Stack, showToast } from '@banyan/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { DOCUMENT_BYTES } from '../../../../api/bodies.ts';
import { type Answer, useApiQuery, useErrorWords } from '../../api/index.ts';
import { useFormats } from '../../i18n/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Application.module.css';
import { ACCEPTED, type DocumentKind, KINDS } from './documents.ts';
import { VERSIONS } from './reads.ts';
import { useDocuments } from './use-documents.ts';
import { useSizes } from './use-sizes.ts';

/** Adds a document to an application: a file, or what its user has uploaded before. */
export function UploadDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const t = useTranslations('applications.one.documents');
  const words = useErrorWords();
  const size = useSizes();
  const { sending, upload, attach, isAttaching } = useDocuments(id);
  const [kind, setKind] = useState<DocumentKind>('resume');
  const [problem, setProblem] = useState<string>();
  const take = async (work: () => Promise<unknown>) => {
    setProblem(undefined);
    try {
      await work();
      showToast({ title: t('added'), tone: 'good' });
      onClose();
    } catch (reason) {
      setProblem(words(reason).reason);
    }
  };
  return (
    <Dialog
      title={t('add')}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      isDismissable={sending === null}
    >
      <Stack gap={4}>
        <Select
          label={t('kind')}
          placeholder={t('kind')}
          value={kind}
          onChange={(chosen) => setKind(chosen as DocumentKind)}
          options={KINDS.map((each) => ({ id: each, label: t(`kinds.${each}`) }))}
        />
        <FileDrop
          title={t('drop')}
          description={t('accepted', { size: size(DOCUMENT_BYTES) })}
          buttonLabel={t('choose')}
          accept={ACCEPTED}
          maxBytes={DOCUMENT_BYTES}
          error={problem}
          {...(sending && {
            progress: { label: t('sending', { name: sending.name }), percent: sending.share * 100 },
          })}
          onFiles={([file]) => file && void take(() => upload(file, kind))}
          onRefused={([file]) =>
            setProblem(
              t(file && file.size > DOCUMENT_BYTES ? 'tooLarge' : 'refused', { size: size(DOCUMENT_BYTES) }),
            )
          }
        />
        <Earlier
          kind={kind}
          isPending={isAttaching}
          onTake={({ version, names }) => void take(() => attach(kind, version, names[0]))}
        />
      </Stack>
    </Dialog>
  );
}

type Version = Answer<typeof VERSIONS>['items'][number];

/** What has been uploaded before, of one kind, the newest first; and how much room is taken. */
function Earlier({
  kind,
  isPending,
  onTake,
}: {
  kind: DocumentKind;
  isPending: boolean;
  onTake: (version: Version) => void;
}) {
  const t = useTranslations('applications.one.documents');
  const size = useSizes();
  const format = useFormats();
  const versions = useApiQuery(VERSIONS, {});
  return (
    <Reading of={versions} failed={t('earlierFailed')} skeleton={<Skeleton lines={3} />}>
      {({ items, used_bytes: used, quota_bytes: quota }) => {
        const ofKind = items.filter((one) => one.kind === kind).toSorted((a, b) => b.version - a.version);
        return (
          <Stack gap={3}>
            {ofKind.length > 0 && (
              <>
                <h3>{t('earlier')}</h3>
                <ul className={styles.documents}>
                  {ofKind.map((one) => (
                    <li key={one.version} className={styles.document}>
                      <span />
                      <span className={styles.about}>
                        <span>{one.names.join(', ')}</span>
                        <small className={styles.muted}>
                          {[
                            t('version', { version: one.version }),
                            format.date(one.created_at),
                            size(one.size_bytes),
                            t('sentWith', { count: one.application_ids.length }),
                          ].join(' · ')}
                        </small>
                      </span>
                      <Button size="small" isDisabled={isPending} onPress={() => onTake(one)}>
                        {t('take')}
                      </Button>
                    </li>
                  ))}
                </ul>
              </>
            )}
            <Meter
              label={t('room')}
              value={quota === 0 ? 0 : (used / quota) * 100}
              valueLabel={t('roomOf', { used: size(used), quota: size(quota) })}
            />
          </Stack>
        );
      }}
    </Reading>
  );
}
