/** What a mail that came back says (RFC 3464). */
export type Bounce = {
  /** Of the message that came back, as its `Message-ID` has it. */
  deliveryId: string;
  /** RFC 3463, e.g. `5.1.1`. */
  status: string;
  /** The address is of no use: not that of a full mailbox or of a message that was not liked. */
  addressIsBad: boolean;
};

/** Undefined if it is no report of a message of ours that failed for good: delays, answers of people, mails of others. */
export function bounceIn(raw: string): Bounce | undefined {
  const text = raw.replace(/\r?\n[ \t]+/g, ' ');
  // What stands before is for people, and may say anything.
  const start = text.search(/^content-type:\s*message\/delivery-status/im);
  if (start < 0) return;
  const report = text.slice(start);
  // Anybody may write one: nothing here may take a time that grows with the square of its length.
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'im').exec(report)?.[1]?.trim();
  const isToMailbox = field('Final-Recipient')?.toLowerCase().startsWith('rfc822;');
  const status = /^(\d\.\d{1,3}\.\d{1,3})/.exec(field('Status') ?? '')?.[1];
  const deliveryId = new RegExp(`^<(${UUID})@`, 'i').exec(field('Message-ID') ?? '')?.[1]?.toLowerCase();
  if (!isToMailbox || !status || !deliveryId) return;
  if (field('Action')?.toLowerCase() !== 'failed' || !status.startsWith('5.')) return;
  return { deliveryId, status, addressIsBad: /^5\.1\.(1|2|3|6|10)$/.test(status) };
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
