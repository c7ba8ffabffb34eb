/** Of an answer that is a file. */
export type Download = {
  /** As whoever saves it is offered it. */
  name: string;
  type: string;
  bytes: number;
};

/** No browser takes it for a page: it is saved, its type is not guessed, and if it were shown all the same, no script of it would run. */
export function downloadHeaders({ name, type, bytes }: Download): Record<string, string> {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return {
    'content-type': type,
    'content-length': String(bytes),
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
  };
}
