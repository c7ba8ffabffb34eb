import { resolve } from 'node:path';
import type { FileDrop } from './drop.ts';
import { folderDrop, folderFiles } from './folder.ts';
import type { S3Place } from './s3.ts';
import type { FileStore } from './store.ts';

/**
 * The store at a URL: `file:<folder>`, below the working directory if it is relative, or
 * `s3://<bucket>/<prefix>?region=<region>&endpoint=<url>`. Throws on any other.
 */
export async function openFiles(url: string): Promise<FileStore> {
  if (url.startsWith('file:')) return folderFiles(folderOf(url));
  const place = s3PlaceOf(url);
  return (await s3()).s3Files(place);
}

/** The drop at such a URL. */
export async function openDrop(url: string): Promise<FileDrop> {
  if (url.startsWith('file:')) return folderDrop(folderOf(url));
  const place = s3PlaceOf(url);
  return (await s3()).s3Drop(place);
}

/** Large, and most who run this have a folder. */
const s3 = async () => await import('./s3.ts');

const folderOf = (url: string) => resolve(url.slice('file:'.length));

function s3PlaceOf(url: string): S3Place {
  const { protocol, host, pathname, searchParams } = new URL(url);
  if (protocol !== 's3:')
    throw new TypeError(`Files are kept at file:<folder> or s3://<bucket>, not ${protocol}`);
  const prefix = pathname.replace(/^\/+|\/+$/g, '');
  return {
    bucket: host,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region: searchParams.get('region') ?? undefined,
    endpoint: searchParams.get('endpoint') ?? undefined,
  };
}
