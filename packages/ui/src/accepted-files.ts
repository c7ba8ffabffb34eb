interface FileLike {
  name: string;
  type: string;
  size: number;
}

/**
 * Which of the files a FileDrop takes: by media type, pattern ("image/*") or ending (".docx", for systems that know no type
 * of it), not larger than maxBytes, and only the first if it takes one.
 */
export function acceptedFiles<File extends FileLike>(
  files: readonly File[],
  {
    accept,
    maxBytes = Number.POSITIVE_INFINITY,
    allowsMultiple = false,
  }: { accept: readonly string[]; maxBytes?: number; allowsMultiple?: boolean },
): { accepted: File[]; refused: File[] } {
  const fits = (file: File): boolean => file.size <= maxBytes && accept.some((kind) => isOfKind(file, kind));
  const fitting = files.filter(fits);
  const accepted = allowsMultiple ? fitting : fitting.slice(0, 1);
  return { accepted, refused: files.filter((file) => !accepted.includes(file)) };
}

function isOfKind({ name, type }: FileLike, kind: string): boolean {
  const wanted = kind.toLowerCase();
  if (wanted.startsWith('.')) return name.toLowerCase().endsWith(wanted);
  if (wanted.endsWith('/*')) return type.toLowerCase().startsWith(wanted.slice(0, -1));
  return type.toLowerCase() === wanted;
}
