import type { Printed } from './content.ts';

/** A report to print: sections of lines and of charts of bars. Its text can be selected. */
export async function pdfOf({ title, sections }: Printed, now: Date): Promise<Buffer> {
  // It takes longer to load than the rest of the service.
  const { default: PDFDocument } = await import('pdfkit');
  const document = new PDFDocument({ size: 'A4', margin: MARGIN, info: { Title: title, CreationDate: now } });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => document.once('end', resolve).once('error', reject));

  const heading = (text: string) =>
    document.moveDown().fontSize(14).fillColor('#000').text(latin(text)).fontSize(10);
  const bars = (points: readonly { label: string; count: number }[]) => {
    const most = Math.max(1, ...points.map(({ count }) => count));
    for (const { label, count } of points) {
      const { y } = document;
      document.text(latin(`${label}: ${count}`), MARGIN, y, { width: LABEL });
      const after = document.y;
      document
        .rect(MARGIN + LABEL, y, Math.max(1, (BAR * count) / most), 8)
        .fill('#2b5f8f')
        .fillColor('#000');
      document.x = MARGIN;
      document.y = after;
    }
  };

  document.fontSize(20).text(latin(title)).fontSize(10).text(now.toISOString().slice(0, 10));
  for (const section of sections) {
    heading(section.heading);
    for (const line of section.lines ?? []) document.text(latin(line));
    if (section.bars) bars(section.bars);
  }
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** The fonts that every reader has know no other characters. */
function latin(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\xff]/g, '?');
}

const MARGIN = 50;
const LABEL = 150;
const BAR = 300;
