import type { Signatures } from '@banyan/service';

/** What a link is good for: one document in one state, by one method, until a time (Unix seconds). */
export type Linked = { method: string; documentId: number; file: string; expires: number };

export function signLink(signatures: Signatures, linked: Linked): string {
  return signatures.sign(textOf(linked));
}

export function isGoodLink(signatures: Signatures, linked: Linked, signature: string, now: Date): boolean {
  return signatures.isOurs(textOf(linked), signature) && now.getTime() < linked.expires * 1_000;
}

function textOf({ method, documentId, file, expires }: Linked): string {
  return `${method} ${documentId} ${file} ${expires}`;
}
