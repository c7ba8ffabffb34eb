import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { checkDropName, type FileDrop } from './drop.ts';
import { checkName, exactly, type FileStore } from './store.ts';

export type S3Place = {
  bucket: string;
  /** Before each name, e.g. `documents/`. */
  prefix: string;
  region: string | undefined;
  /** Of a server that is not AWS's own; buckets are in its paths then. */
  endpoint: string | undefined;
};

/** Files in a bucket that is there. Credentials are found as AWS's own programs do: `AWS_ACCESS_KEY_ID`, a profile, the machine's role. */
export function s3Files(at: S3Place): FileStore {
  const s3 = clientOf(at);
  const place = (name: string) => keyOf(at, checkName(name));
  return {
    ...reading(s3, place),
    async put(name, body, { bytes, digest }) {
      const ChecksumSHA256 = digest.toString('base64');
      const checked = exactly(bytes);
      const failed = new AbortController();
      // The client does not heed that a body fails: it would wait for the rest.
      const came = pipeline(body, checked).catch((error: unknown) => failed.abort(error));
      const about = { ...place(name), Body: checked, ContentLength: bytes, ChecksumSHA256 };
      try {
        await s3.send(new PutObjectCommand(about), { abortSignal: failed.signal });
      } catch (error) {
        throw failed.signal.aborted ? failed.signal.reason : error;
      } finally {
        checked.destroy();
        await came;
      }
    },
  };
}

/** What another program puts into a bucket. */
export function s3Drop(at: S3Place): FileDrop {
  return reading(clientOf(at), (name) => keyOf(at, checkDropName(name)));
}

type Key = { Bucket: string; Key: string };

const keyOf = ({ bucket, prefix }: S3Place, name: string): Key => ({
  Bucket: bucket,
  Key: `${prefix}${name}`,
});

function clientOf({ region, endpoint }: S3Place): S3Client {
  return new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // What is sent has its SHA-256 with it, which the server compares.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    maxAttempts: 3,
  });
}

function reading(s3: S3Client, place: (name: string) => Key): FileDrop {
  return {
    async get(name) {
      try {
        const { Body } = await s3.send(new GetObjectCommand(place(name)));
        return Body as Readable;
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async remove(name) {
      await s3.send(new DeleteObjectCommand(place(name)));
    },
    close: async () => s3.destroy(),
  };
}
