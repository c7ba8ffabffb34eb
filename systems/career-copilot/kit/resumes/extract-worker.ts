import { parentPort, workerData } from 'node:worker_threads';
import { textOfDocx } from './docx.ts';
import { ResumeError } from './errors.ts';
import { textOfPdf } from './pdf.ts';

/** What a worker is given, and what it answers: text, or the code of what is wrong with the file. */
export type Task = { kind: 'pdf' | 'docx'; bytes: Uint8Array };
export type Done = { text: string } | { code: ResumeError['code'] };

const { kind, bytes } = workerData as Task;
const read = kind === 'pdf' ? textOfPdf : textOfDocx;
const done = await read(bytes).then(
  (text): Done => ({ text }),
  (error: unknown): Done => ({ code: error instanceof ResumeError ? error.code : 'UNREADABLE' }),
);
parentPort!.postMessage(done);
