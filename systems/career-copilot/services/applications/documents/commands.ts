import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { DocumentKind, OfVersion } from '../../../api/documents.ts';
import { type About, execute, type Ledger } from '../commands.ts';
import { errors as applicationErrors } from '../decide.ts';
import { inApplication } from '../in-application.ts';
import type { LockedApplication } from '../store.ts';
import { errors } from './errors.ts';
import type { Documents } from './part.ts';
import type { Received } from './receive.ts';
import * as store from './store.ts';

/** What a command on documents is given. */
export type Desk = { pool: pg.Pool; ledger: Ledger; documents: Documents };
type Mine = { userId: number; applicationId: number };
/** `isNew`: false if the application had this very version already. */
type Attached = { id: number; isNew: boolean };

/**
 * Keeps a file and attaches it to an application. The file is in the store, and announced there, before the transaction that makes it
 * somebody's: whatever dies in between, it is found and removed. What its user has uploaded before is not stored again.
 * Throws `QUOTA_EXCEEDED`, `UPLOAD_LOST`.
 */
export async function upload(
  desk: Desk,
  { userId, applicationId }: Mine,
  { name, kind }: { name: string; kind: DocumentKind },
  received: Received & { type: string },
): Promise<Attached> {
  const { pool, documents } = desk;
  const { bytes, digest, type: contentType } = received;
  const known = await store.findVersion(pool, userId, kind, { digest });
  if (!known) await checkQuota(pool, userId, bytes, documents);
  const file = known ? undefined : await putFile(desk, received);
  const attached = await inOwn(desk, { userId, applicationId }, async (tx, row, about) => {
    await store.lockDocumentsOf(tx, userId);
    const there = await store.findVersion(tx, userId, kind, { digest });
    if (there) return await attach(tx, desk, row, { name, kind, version: there }, about);
    // Another request has removed it meanwhile: the client has the bytes, and sends them again.
    if (file === undefined) throw errors('UPLOAD_LOST', { headers: { 'retry-after': '1' } });
    await checkQuota(tx, userId, bytes, documents);
    const scan = documents.isScanning ? 'pending' : 'unscanned';
    const version = await store.insertVersion(tx, { userId, kind, file, digest, contentType, bytes, scan });
    if (!version) throw errors('UPLOAD_LOST', { headers: { 'retry-after': '1' } });
    return await attach(tx, desk, row, { name, kind, version }, about);
  });
  documents.scanSoon();
  return attached;
}

/** Throws `VERSION_NOT_FOUND`. */
export async function attachVersion(
  desk: Desk,
  mine: Mine,
  { kind, version: number, name }: OfVersion,
): Promise<Attached> {
  return await inOwn(desk, mine, async (tx, row, about) => {
    await store.lockDocumentsOf(tx, mine.userId);
    const version = await store.findVersion(tx, mine.userId, kind, { version: number });
    if (!version) throw errors('VERSION_NOT_FOUND');
    return await attach(tx, desk, row, { name: name ?? `${kind} ${number}`, kind, version }, about);
  });
}

/** Throws `DOCUMENT_NOT_FOUND`. */
export async function remove(desk: Desk, mine: Mine, documentId: number): Promise<void> {
  await inOwn(desk, mine, async (tx, row, about) => {
    await store.lockDocumentsOf(tx, mine.userId);
    const found = await store.findDocument(tx, row.id, documentId);
    if (!found) throw errors('DOCUMENT_NOT_FOUND');
    await execute(tx, desk.ledger, row, { is: 'RemoveDocument', documentId }, about);
    await store.deleteDocuments(tx, [documentId]);
  });
}

async function putFile({ pool, documents }: Desk, received: Received): Promise<string> {
  const file = randomUUID();
  await store.announceFile(pool, file);
  await documents.files.put(file, received.read(), received);
  return file;
}

async function attach(
  tx: pg.PoolClient,
  { ledger }: Desk,
  row: LockedApplication,
  { name, kind, version }: { name: string; kind: DocumentKind; version: store.Version },
  about: About,
): Promise<Attached> {
  const there = await store.findAttached(tx, row.id, version.file);
  if (there !== undefined) return { id: there, isNew: false };
  const one = { userId: row.userId, applicationId: row.id, name, kind, version };
  const id = await store.insertAttached(tx, one);
  await execute(tx, ledger, row, { is: 'AttachDocument', documentId: id, kind }, about);
  return { id, isNew: true };
}

async function checkQuota(
  db: Pick<pg.Pool, 'query'>,
  userId: number,
  bytes: number,
  { quotaBytes }: Documents,
): Promise<void> {
  const used = await store.usedBytes(db, userId);
  if (used + bytes > quotaBytes)
    throw errors('QUOTA_EXCEEDED', { fields: { used_bytes: used, quota_bytes: quotaBytes } });
}

async function inOwn<T>(
  { pool }: Desk,
  mine: Mine,
  work: (tx: pg.PoolClient, row: LockedApplication, about: About) => Promise<T>,
): Promise<T> {
  return await inApplication(pool, mine, () => applicationErrors('APPLICATION_NOT_FOUND'), work);
}
