/** What documents may be, told before one is sent; the service looks into each (`TYPE_REFUSED`, `TYPE_DIFFERS`). */
export const ACCEPTED = [
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'image/png',
  'image/jpeg',
  'text/plain',
  '.pdf',
  '.docx',
  '.png',
  '.jpg',
  '.jpeg',
  '.txt',
];

export const KINDS = ['resume', 'cover_letter', 'portfolio', 'other'] as const;
export type DocumentKind = (typeof KINDS)[number];

export function isKind(kind: string): kind is DocumentKind {
  return (KINDS as readonly string[]).includes(kind);
}

/** Where a document lies that was never uploaded here, as its user wrote it; null: a browser must not be led there. */
export function elsewhere(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed?.protocol === 'https:' || parsed?.protocol === 'http:' ? parsed.href : null;
}

/** How a document can be looked at in its place; null: it can only be saved. */
export function previewOf(contentType: string): 'text' | 'picture' | 'pdf' | null {
  if (contentType === 'application/pdf') return 'pdf';
  if (contentType === 'text/plain') return 'text';
  return contentType === 'image/png' || contentType === 'image/jpeg' ? 'picture' : null;
}

const KIB = 1_024;

/** In the unit that is read most easily. */
export function sizeOf(bytes: number): { value: number; unit: 'byte' | 'kilobyte' | 'megabyte' } {
  if (bytes < KIB) return { value: bytes, unit: 'byte' };
  if (bytes < KIB * KIB) return { value: Math.round(bytes / KIB), unit: 'kilobyte' };
  return { value: Math.round((bytes / KIB / KIB) * 10) / 10, unit: 'megabyte' };
}
