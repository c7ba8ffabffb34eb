/** What of a raw mail is looked at. */
import type { Address } from 'postal-mime';

export type ReadMail = {
  messageId: string | null;
  subject: string;
  from: string;
  fromName: string;
  text: string;
  /** By hand: who wrote it is what the mail says, and nothing shows that it is so. */
  isPassedOn: boolean;
};

const LONGEST_SUBJECT = 300;
/** What is said of an application is said at the beginning. */
const LONGEST_TEXT = 500_000;
const LONGEST_LINE = 1_000;
const MOST_BLANK = 20;
const LONGEST_NAME = 200;
/** How a subject begins when somebody passes a mail on. */
const PASSED_ON = /^\s*((re|fwd?|aw|wg|wtr)\s*:\s*)+/i;
/** How a mail client marks what it passes on, in English and German. */
const MARKS =
  /^[ \t]*(-{2,}[ \t]*(forwarded message|original message|ursprüngliche nachricht|weitergeleitete nachricht)[ \t]*-{2,}|begin forwarded message:|anfang der weitergeleiteten nachricht:)[ \t]*$/im;
const HEADER = /^\s*\*?(from|von|subject|betreff)\s*:\*?\s*(.+)$/i;

/**
 * Reads a mail of RFC 822. One that a person has passed on is read as the mail that was passed on: its sender and its subject are what
 * their mail client has put in front of it. Attachments are not looked at. Whatever is no mail is a mail without anything in it.
 */
export async function readMail(raw: Buffer): Promise<ReadMail> {
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(withoutGaps(raw), { maxNestingDepth: 20, maxHeadersSize: 256 * 1024 });
  const text = (mail.text ?? (await textOf((mail.html ?? '').slice(0, LONGEST_TEXT)))).slice(0, LONGEST_TEXT);
  const outer = {
    messageId: mail.messageId?.slice(0, LONGEST_NAME) ?? null,
    subject: (mail.subject ?? '').replace(PASSED_ON, '').slice(0, LONGEST_SUBJECT),
    ...senderOf(mail.from),
    text,
    isPassedOn: false,
  };
  return { ...outer, ...passedOn(text) };
}

/**
 * Leaves no more than a few blank lines one after another: what reads the text of a mail takes a time that grows with the square of their
 * number.
 */
function withoutGaps(raw: Buffer): Buffer {
  let blank = 0;
  const lines = raw
    .toString('latin1')
    .split('\n')
    .filter((line) => {
      blank = line.trim() === '' ? blank + 1 : 0;
      return blank <= MOST_BLANK;
    });
  return Buffer.from(lines.join('\n'), 'latin1');
}

function senderOf(from: Address | undefined): Pick<ReadMail, 'from' | 'fromName'> {
  const address = from && 'address' in from ? (from.address ?? '') : '';
  return { from: address.slice(0, LONGEST_NAME), fromName: (from?.name ?? '').slice(0, LONGEST_NAME) };
}

/** What the mail that was passed on says of itself; nothing if none was. */
function passedOn(text: string): Partial<ReadMail> {
  const mark = MARKS.exec(text);
  if (!mark) return {};
  const lines = text.slice(mark.index + mark[0].length).split(/\r?\n/);
  const start = lines.findIndex((line) => line.trim() !== '');
  const end = lines.findIndex((line, index) => index > start && line.trim() === '');
  const found: Partial<ReadMail> = {
    isPassedOn: true,
    text: lines.slice(end === -1 ? lines.length : end).join('\n'),
  };
  for (const line of lines.slice(Math.max(0, start), end === -1 ? lines.length : end)) {
    const [, name, value] = HEADER.exec(line.slice(0, LONGEST_LINE)) ?? [];
    if (name === undefined || value === undefined) continue;
    if (/^(subject|betreff)$/i.test(name))
      found.subject = value.replace(PASSED_ON, '').slice(0, LONGEST_SUBJECT);
    else Object.assign(found, senderIn(value));
  }
  return found;
}

/** `Acme Jobs <jobs@acme.example>`, `"Acme" [mailto:jobs@acme.example]`, `jobs@acme.example`. */
function senderIn(text: string): Pick<ReadMail, 'from' | 'fromName'> {
  const address = /[^\s<>"[\]():;,]+@[^\s<>"[\]():;,]+/.exec(text)?.[0] ?? '';
  const name = text
    .slice(0, address === '' ? undefined : text.indexOf(address))
    .replace(/["<>[\]]|mailto:/g, ' ');
  return { from: address.slice(0, LONGEST_NAME), fromName: name.trim().slice(0, LONGEST_NAME) };
}

/** What ends a line of text. */
const BLOCKS = new Set(['p', 'div', 'tr', 'li', 'h1', 'h2', 'h3', 'h4', 'blockquote']);
const UNSEEN = new Set(['style', 'script', 'head', 'title']);

/** Enough of HTML's text to read its sentences: it is never shown as HTML. */
async function textOf(html: string): Promise<string> {
  const { Parser } = await import('htmlparser2');
  let text = '';
  let unseen = 0;
  const parser = new Parser({
    onopentagname: (name) => {
      if (UNSEEN.has(name)) unseen++;
      if (name === 'br') text += '\n';
    },
    ontext: (piece) => {
      if (unseen === 0) text += piece;
    },
    onclosetag: (name) => {
      if (UNSEEN.has(name)) unseen--;
      if (BLOCKS.has(name)) text += '\n\n';
    },
  });
  parser.end(html);
  return text;
}
