const KINDS = ['resume', 'cover_letter', 'portfolio', 'other'] as const;
export type DocumentKind = (typeof KINDS)[number];

export function isKind(kind: string): kind is DocumentKind {
  return (KINDS as readonly string[]).includes(kind);
}

/** Where a document lies that was never uploaded here, as its user wrote it; null: a browser must not be led there. */
export function elsewhere(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed?.protocol === 'https:' || parsed?.protocol === 'http:' ? parsed.href : null;
}
