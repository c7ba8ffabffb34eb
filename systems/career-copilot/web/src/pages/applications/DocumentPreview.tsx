import { Button, Dialog, Skeleton, SkeletonGroup, Stack } from '@banyan/ui';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslations } from 'use-intl';
import { type ApiError, api, useErrorWords } from '../../api/index.ts';
import styles from './Application.module.css';
import { previewOf } from './documents.ts';
import { type Uploaded, useDocuments } from './use-documents.ts';

const PdfPages = lazy(() => import('./PdfPages.tsx'));

/**
 * A document as it is, without leaving the page. It is no page of its own anywhere: text is text, pictures and pages are drawn, and nothing in it can
 * run or ask for anything.
 */
export function DocumentPreview({
  application,
  document: of,
  onClose,
}: {
  application: number;
  document: Uploaded;
  onClose: () => void;
}) {
  const t = useTranslations('applications.one.documents');
  const words = useErrorWords();
  const { save } = useDocuments(application);
  const content = useQuery<Blob, ApiError>({
    queryKey: ['documents', application, of.id],
    queryFn: ({ signal }) =>
      api.download(
        'GET /api/v2/applications/{id}/documents/{documentId}/content',
        { params: { path: { id: application, documentId: of.id } } },
        { signal },
      ),
    // Not kept once nobody looks.
    gcTime: 0,
    retry: false,
  });
  const waiting = (
    <SkeletonGroup label={t('opening')}>
      <Skeleton shape="block" height="24rem" />
    </SkeletonGroup>
  );
  return (
    <Dialog
      title={of.name}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      size="large"
      actions={
        <Button icon="download" onPress={() => void save(of)}>
          {t('save')}
        </Button>
      }
    >
      {content.error ? (
        <p role="alert">{words(content.error).reason}</p>
      ) : content.data === undefined ? (
        waiting
      ) : (
        <Suspense fallback={waiting}>
          <Content of={of} content={content.data} />
        </Suspense>
      )}
    </Dialog>
  );
}

function Content({ of: { name, content_type: type }, content }: { of: Uploaded; content: Blob }) {
  switch (previewOf(type)) {
    case 'pdf':
      return <PdfPages content={content} name={name} />;
    case 'picture':
      return <Picture content={content} name={name} />;
    default:
      return <Text content={content} />;
  }
}

function Picture({ content, name }: { content: Blob; name: string }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(content);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  return <Stack align="center">{url && <img src={url} alt={name} className={styles.picture} />}</Stack>;
}

function Text({ content }: { content: Blob }) {
  const [text, setText] = useState('');
  useEffect(() => {
    void content.text().then(setText);
  }, [content]);
  return <pre className={styles.plain}>{text}</pre>;
}
