import {
  createSignatures,
  EncryptionConfig,
  repeatedWork,
  type ServicePart,
  type Signatures,
} from '@banyan/service';
import { type Static, Type } from 'typebox';
import { DOCUMENT_BYTES } from '../../../api/bodies.ts';
import type { Files } from '../../../kit/files/files.ts';
import { openFiles } from '../../../kit/files/open.ts';
import { scannerAt } from '../../../kit/virus-scan/open.ts';
import { scanning } from './scan.ts';
import { releaseDeleted, removeUnused } from './sweep.ts';

const DocumentsConfig = Type.Object({
  ...EncryptionConfig.properties,
  /** Where documents are kept: `file:<folder>` or `s3://<bucket>/<prefix>?region=<region>&endpoint=<url>`. */
  DOCUMENT_STORE: Type.String({ minLength: 1, default: 'file:.banyan/documents' }),
  /** Of one document at most. The gateway lets no more than 10 MiB through. */
  DOCUMENT_BYTES: Type.Integer({ minimum: 1, default: DOCUMENT_BYTES }),
  /** Of all that one person has uploaded. */
  DOCUMENT_QUOTA_BYTES: Type.Integer({ minimum: 1, default: 100 * 1024 * 1024 }),
  /** Who looks into documents for harm: `clamd://<host>:<port>`, or `off`. */
  VIRUS_SCANNER: Type.String({ minLength: 1, default: 'off' }),
  /** How often it is looked whether a document waits to be scanned; one that comes here is scanned at once. */
  SCAN_SECONDS: Type.Number({ minimum: 0.01, default: 5 }),
  /** How long a file that nobody needs may stay. */
  SWEEP_SECONDS: Type.Number({ minimum: 0.01, default: 60 }),
});

export type Documents = {
  files: Files;
  signatures: Signatures;
  isScanning: boolean;
  mostBytes: number;
  quotaBytes: number;
  /** A version has come that waits to be scanned. */
  scanSoon(): void;
};

/** Where documents are kept and looked into, and what is removed again. */
export const documentsPart: ServicePart<Documents, typeof DocumentsConfig> = {
  config: DocumentsConfig,
  async start(host) {
    const { pool, log } = host;
    const config: Static<typeof DocumentsConfig> = host.config;
    const files = await openFiles(config.DOCUMENT_STORE);
    const scanner = scannerAt(config.VIRUS_SCANNER);
    if (!scanner) log.info('nothing looks into documents for harm: VIRUS_SCANNER is off');
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
        signatures: createSignatures(config.ENCRYPTION_KEYS, 'document-link'),
        isScanning: scanner !== undefined,
        mostBytes: config.DOCUMENT_BYTES,
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
        await files.close();
      },
    };
  },
};
