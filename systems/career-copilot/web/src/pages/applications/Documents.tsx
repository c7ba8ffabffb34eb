import { Badge, Card, Icon, IconButton, Link, Menu, type MenuEntry, Skeleton } from '@banyan/ui';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { type Answer, useApiQuery } from '../../api/index.ts';
import { Reading } from '../../shell/Reading.tsx';
import styles from './Application.module.css';
import { DocumentPreview } from './DocumentPreview.tsx';
import { elsewhere, isKind, previewOf } from './documents.ts';
import { DOCUMENTS, inputOf, UPLOADED } from './reads.ts';
import { UploadDialog } from './UploadDialog.tsx';
import { type Uploaded, useDocuments, useRemovals } from './use-documents.ts';
import { useSizes } from './use-sizes.ts';

/** Documents of an application: where the service keeps them with their files, else by what is known of them. */
export function Documents({ id, isTracked }: { id: number; isTracked: boolean }) {
  const t = useTranslations('applications.one.documents');
  const known = useApiQuery(DOCUMENTS, inputOf(id), { enabled: !isTracked });
  const uploaded = useApiQuery(UPLOADED, inputOf(id), { enabled: isTracked });
  const removed = useRemovals();
  const [isOpen, setOpen] = useState(false);
  const skeleton = <Skeleton lines={3} />;
  return (
    <Card
      title={t('title')}
      actions={
        isTracked && <IconButton icon="add" size="small" label={t('add')} onPress={() => setOpen(true)} />
      }
    >
      {isTracked ? (
        <Reading of={uploaded} failed={t('failed')} skeleton={skeleton}>
          {(all) => (
            <Listed of={all.filter((one) => !removed.has(one.id))} none={t('noneYet')}>
              {(one) => <UploadedDocument key={one.id} application={id} document={one} />}
            </Listed>
          )}
        </Reading>
      ) : (
        <Reading of={known} failed={t('failed')} skeleton={skeleton}>
          {(all) => (
            <Listed of={all} none={t('none')}>
              {(one) => <KnownDocument key={one.id} document={one} />}
            </Listed>
          )}
        </Reading>
      )}
      {isOpen && <UploadDialog id={id} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function Listed<One>({
  of: all,
  none,
  children,
}: {
  of: readonly One[];
  none: string;
  children: (one: One) => ReactNode;
}) {
  if (all.length === 0) return <p className={styles.muted}>{none}</p>;
  return <ul className={styles.documents}>{all.map(children)}</ul>;
}

function KnownDocument({ document: { name, kind, url } }: { document: Answer<typeof DOCUMENTS>[number] }) {
  return (
    <li className={styles.document}>
      <Icon name="document" />
      <span className={styles.about}>
        <Elsewhere name={name} url={url} />
        <About kind={kind} />
      </span>
    </li>
  );
}

function UploadedDocument({ application, document }: { application: number; document: Uploaded }) {
  const t = useTranslations('applications.one.documents');
  const { remove, save } = useDocuments(application);
  const [isOpen, setOpen] = useState(false);
  const { name, kind, version, url, content_type: type, size_bytes: bytes, scan } = document;
  const isHere = scan !== 'elsewhere';
  const isReadable = scan === 'clean' || scan === 'unscanned';
  const canPreview = isReadable && previewOf(type) !== null;
  const entries: MenuEntry[] = [
    ...(canPreview ? [{ id: 'look', label: t('look'), icon: 'eye' as const }] : []),
    ...(isReadable ? [{ id: 'save', label: t('save'), icon: 'download' as const }] : []),
    { id: 'remove', label: t('remove'), icon: 'trash' as const, isDangerous: true },
  ];
  const act = (what: string) => {
    if (what === 'look') setOpen(true);
    else if (what === 'save') void save(document);
    else remove(document);
  };
  return (
    <li className={styles.document}>
      <Icon name="document" />
      <span className={styles.about}>
        {canPreview ? (
          <button type="button" className={styles.open} onClick={() => setOpen(true)}>
            {name}
          </button>
        ) : isHere ? (
          <span>{name}</span>
        ) : (
          <Elsewhere name={name} url={url} />
        )}
        <About kind={kind} version={version} bytes={isHere ? bytes : null} />
        {(scan === 'pending' || scan === 'infected') && (
          <Badge tone={scan === 'infected' ? 'danger' : 'warning'}>{t(`scans.${scan}`)}</Badge>
        )}
      </span>
      <Menu
        trigger={<IconButton icon="more" size="small" label={t('more', { name })} />}
        entries={entries}
        onAction={act}
      />
      {isOpen && (
        <DocumentPreview application={application} document={document} onClose={() => setOpen(false)} />
      )}
    </li>
  );
}

function Elsewhere({ name, url }: { name: string; url: string }) {
  const t = useTranslations('applications.one.documents');
  const address = elsewhere(url);
  if (address === null) return <span>{name}</span>;
  return (
    <Link href={address} externalLabel={t('elsewhere')}>
      {name}
    </Link>
  );
}

function About({
  kind,
  version = null,
  bytes = null,
}: {
  kind: string;
  version?: number | null;
  bytes?: number | null;
}) {
  const t = useTranslations('applications.one.documents');
  const size = useSizes();
  const parts = [
    isKind(kind) ? t(`kinds.${kind}`) : kind,
    version !== null && t('version', { version }),
    bytes !== null && size(bytes),
  ];
  return <small className={styles.muted}>{parts.filter(Boolean).join(' · ')}</small>;
}
