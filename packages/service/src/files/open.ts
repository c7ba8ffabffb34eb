import { resolve } from 'node:path';
import { folderFiles } from './folder.ts';
import type { FileStore } from './store.ts';

/**
 * The store at a URL: `file:<folder>`, below the working directory if it is relative, or
 * `s3://<bucket>/<prefix>?region=<region>&endpoint=<url>`. Throws on any other.
 */
export async function openFiles(url: string): Promise<FileStore> {
  if (url.startsWith('file:')) return folderFiles(resolve(url.slice('file:'.length)));
  const { protocol, host, pathname, searchParams } = new URL(url);
  if (protocol !== 's3:')
    throw new TypeError(`Files are kept at file:<folder> or s3://<bucket>, not ${protocol}`);
  // Large, and most who run this have a folder.
  const { s3Files } = await import('./s3.ts');
  const prefix = pathname.replace(/^\/+|\/+$/g, '');
  return s3Files({
    bucket: host,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region: searchParams.get('region') ?? undefined,
    endpoint: searchParams.get('endpoint') ?? undefined,
  });
}
