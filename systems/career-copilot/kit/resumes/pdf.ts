import { extractText, getDocumentProxy } from 'unpdf';
import { ResumeError } from './errors.ts';

export const MOST_PAGES = 30;

/** The text of a PDF, in lines. Throws `ResumeError`, and what the parser throws. */
export async function textOfPdf(bytes: Uint8Array): Promise<string> {
  const pdf = await getDocumentProxy(bytes).catch((cause: Error) => {
    throw new ResumeError(cause.name === 'PasswordException' ? 'ENCRYPTED' : 'UNREADABLE', { cause });
  });
  if (pdf.numPages > MOST_PAGES) throw new ResumeError('TOO_MANY_PAGES');
  const { text } = await extractText(pdf, { mergePages: false });
  return text.join('\n');
}
