import { useEffect, useRef, useState } from 'react';
import { getDocument, type PDFDocumentProxy } from 'unpdf/pdfjs';
import { useTranslations } from 'use-intl';
import styles from './Application.module.css';

/** Pages that are drawn, at most: nobody reads a book here. */
const MOST_PAGES = 20;
/** Of a page, CSS pixels; drawn as sharp as the screen is. */
const WIDTH = 720;

/** The pages of a PDF, drawn one after the other. Its scripts, forms and links are not there. */
export default function PdfPages({ content, name }: { content: Blob; name: string }) {
  const t = useTranslations('applications.one.documents');
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    let opened: ReturnType<typeof getDocument> | undefined;
    let isGone = false;
    void content.arrayBuffer().then(async (data) => {
      if (isGone) return;
      // The policy of the page lets nothing be evaluated, and no fonts be made.
      opened = getDocument({ data, isEvalSupported: false, disableFontFace: true, enableXfa: false });
      try {
        setPdf(await opened.promise);
      } catch {
        if (!isGone) setBroken(true);
      }
    });
    return () => {
      isGone = true;
      void opened?.destroy();
    };
  }, [content]);
  if (isBroken) return <p role="alert">{t('broken')}</p>;
  if (pdf === null) return null;
  const count = Math.min(pdf.numPages, MOST_PAGES);
  return (
    <div className={styles.pages}>
      {Array.from({ length: count }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pages have nothing else, and never move
        <PdfPage key={n} pdf={pdf} number={n + 1} label={t('page', { name, number: n + 1 })} />
      ))}
      {pdf.numPages > count && <p>{t('morePages', { count: pdf.numPages - count })}</p>}
    </div>
  );
}

function PdfPage({ pdf, number, label }: { pdf: PDFDocumentProxy; number: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let drawing: { cancel(): void } | undefined;
    let isGone = false;
    void pdf.getPage(number).then(async (page) => {
      if (isGone || !canvas.current) return;
      const { width } = page.getViewport({ scale: 1 });
      const viewport = page.getViewport({ scale: (WIDTH * devicePixelRatio) / width });
      canvas.current.width = viewport.width;
      canvas.current.height = viewport.height;
      const task = page.render({ canvas: canvas.current, viewport });
      drawing = task;
      // Cancelled when it is closed.
      await task.promise.catch(() => {});
    });
    return () => {
      isGone = true;
      drawing?.cancel();
    };
  }, [pdf, number]);
  return <canvas ref={canvas} role="img" aria-label={label} className={styles.page} />;
}
