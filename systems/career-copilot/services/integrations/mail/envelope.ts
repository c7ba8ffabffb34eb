/** Who has sent a mail to somebody's address: pure. */

export type Envelope = { from: string; to: string; spf: string };

/** Why a mail is not looked at. */
export type Refusal = 'NOT_AUTHENTICATED' | 'NOT_A_SENDER';

/**
 * Undefined: a mail of one of the person's own addresses, as the mail server has checked it. It is the envelope that counts: what is
 * written in a mail, anybody may write.
 */
export function refusalOf({ from, spf }: Envelope, senders: readonly string[]): Refusal | undefined {
  if (spf.toLowerCase() !== 'pass') return 'NOT_AUTHENTICATED';
  return senders.map(canonical).includes(canonical(from)) ? undefined : 'NOT_A_SENDER';
}

/**
 * Whether the domain that a mail says it is from has signed it. One that somebody has passed on by hand, or whose signature the way here has
 * broken, is signed by nobody who matters.
 */
export function isSignedBySender(
  { from, isPassedOn }: { from: string; isPassedOn: boolean },
  dkim: readonly string[],
): boolean {
  const domain = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  const isOf = (signer: string) => domain === signer || domain.endsWith(`.${signer}`);
  return (
    !isPassedOn && from.includes('@') && dkim.some((one) => one.includes('.') && isOf(one.toLowerCase()))
  );
}

/** An address as it is compared. Gmail writes where it forwards to behind a plus (`ada+caf_=copilot=example.com@gmail.com`). */
export function canonical(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at).replace(/\+caf_=.*$/i, '');
  return `${local}@${address.slice(at + 1)}`.trim().toLowerCase();
}

/** The local part of an address; undefined: it is no address at our domain. */
export function localPartAt(domain: string, address: string): string | undefined {
  const at = address.lastIndexOf('@');
  if (at < 1 || address.slice(at + 1).toLowerCase() !== domain.toLowerCase()) return undefined;
  return address.slice(0, at).toLowerCase();
}
