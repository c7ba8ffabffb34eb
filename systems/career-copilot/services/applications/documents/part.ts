import {
  createSignatures,
  EncryptionConfig,
  type ExpiringLinks,
  expiringLinks,
  type FileStore,
  repeatedWork,
  type Scanner,
  type ServicePart,
} from '@banyan/service';
import { type Static, Type } from 'typebox';
import { DOCUMENT_BYTES } from '../../../api/bodies.ts';
import { scanning } from './scan.ts';
import { releaseDeleted, removeUnused } from './sweep.ts';

const DocumentsConfig = Type.Object({
  ...EncryptionConfig.properties,
  /** Of one document at most. The gateway lets no more than 10 MiB through. */
  DOCUMENT_BYTES: Type.Integer({ minimum: 1, default: DOCUMENT_BYTES }),
  /** Of all that one person has uploaded. */
  DOCUMENT_QUOTA_BYTES: Type.Integer({ minimum: 1, default: 100 * 1024 * 1024 }),
  /** How long an upload may take, beside a second for each 32 KiB that have come: one that is slower takes the place of others. */
  UPLOAD_GRACE_SECONDS: Type.Number({ minimum: 0.01, default: 10 }),
  /** How often it is looked whether a document waits to be scanned; one that comes here is scanned at once. */
  SCAN_SECONDS: Type.Number({ minimum: 0.01, default: 5 }),
  /** How long a file that nobody needs may stay. */
  SWEEP_SECONDS: Type.Number({ minimum: 0.01, default: 60 }),
});

export type Documents = {
  files: FileStore;
  links: ExpiringLinks;
  isScanning: boolean;
  mostBytes: number;
  /** Milliseconds that an upload may take, beside what its bytes may. */
  graceMs: number;
  quotaBytes: number;
  /** A version has come that waits to be scanned. */
  scanSoon(): void;
};

type Given = { files: FileStore; scanner: Scanner | undefined };

/** What is looked into, and what is removed again, of the documents in the store of the part `files` by the part `scanner`. */
export const documentsPart: ServicePart<Documents, typeof DocumentsConfig> = {
  config: DocumentsConfig,
  async start(host) {
    const { pool } = host;
    const config: Static<typeof DocumentsConfig> = host.config;
    const { files, scanner } = host.provided as Given;
    const scans = scanner && scanning(host, { files, scanner, everyMs: config.SCAN_SECONDS * 1_000 });
    const everyMs = config.SWEEP_SECONDS * 1_000;
    const sweeping = repeatedWork(host, {
      'remove unused files': { everyMs, run: () => removeUnused(pool, files) },
      'release deleted documents': {
        everyMs: everyMs * 60,
        inOneProcess: true,
        run: () => releaseDeleted(pool),
      },
    });
    return {
      provided: {
        files,
        links: expiringLinks(createSignatures(config.ENCRYPTION_KEYS, 'document-link')),
        isScanning: scanner !== undefined,
        mostBytes: config.DOCUMENT_BYTES,
        graceMs: config.UPLOAD_GRACE_SECONDS * 1_000,
        quotaBytes: config.DOCUMENT_QUOTA_BYTES,
        scanSoon: () => scans?.wake(),
      },
      open: async () => {
        await sweeping.open();
        await scans?.open();
      },
      close: async () => {
        await scans?.close();
        await sweeping.close();
      },
    };
  },
};
