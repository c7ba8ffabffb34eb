import type { Content } from './content.ts';

/** A report to print: figures, two charts of bars, and the applications. Its text can be selected. */
export async function pdfOf({ summary, funnel, weeks, table }: Content, now: Date): Promise<Buffer> {
  // It takes longer to load than the rest of the service.
  const { default: PDFDocument } = await import('pdfkit');
  const document = new PDFDocument({ size: 'A4', margin: MARGIN, info: { Title: TITLE, CreationDate: now } });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => document.once('end', resolve).once('error', reject));

  const heading = (text: string) =>
    document.moveDown().fontSize(14).fillColor('#000').text(text).fontSize(10);
  const bars = (points: readonly { label: string; count: number }[]) => {
    const most = Math.max(1, ...points.map(({ count }) => count));
    for (const { label, count } of points) {
      const { y } = document;
      document.text(`${label}: ${count}`, MARGIN, y, { width: LABEL });
      const after = document.y;
      document
        .rect(MARGIN + LABEL, y, Math.max(1, (BAR * count) / most), 8)
        .fill('#2b5f8f')
        .fillColor('#000');
      document.x = MARGIN;
      document.y = after;
    }
  };

  document.fontSize(20).text(TITLE).fontSize(10).text(now.toISOString().slice(0, 10));
  heading('Summary');
  document.text(
    `Applications: ${summary.total_applications}, of which ${summary.active_applications} are open`,
  );
  document.text(`Answered: ${percent(summary.response_rate)}; offers: ${percent(summary.offer_rate)}`);
  heading('How far they came');
  bars(funnel.stages.map(({ stage, count }) => ({ label: stage, count })));
  heading('Applications by week');
  bars(weeks.map(({ period, count }) => ({ label: period, count })));
  heading('All applications');
  for (const [, company, job, status, , , applied] of table.slice(1))
    document.text(
      latin(
        [job ?? 'a job', company, status, applied && String(applied).slice(0, 10)].filter(Boolean).join(', '),
      ),
    );
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** The fonts that every reader has know no other characters. */
function latin(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\xff]/g, '?');
}

function percent(rate: number): string {
  return `${Math.round(rate * 100)} %`;
}

const TITLE = 'My job search';
const MARGIN = 50;
const LABEL = 150;
const BAR = 300;
