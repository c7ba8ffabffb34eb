import type { Fact } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { contracts } from '../../../contracts/jobs.ts';
import { connectors, type Kind } from '../connectors/connectors.ts';
import { FetchError } from '../connectors/fetch-error.ts';
import type { Fetcher } from '../connectors/fetcher.ts';
import { parsePayload } from '../connectors/parse.ts';
import { type Connector, ConnectorError, type Parsed, type Posting } from '../connectors/posting.ts';
import { fromRows } from '../facts.ts';
import { canonicalUrl, contentHash, fingerprintOf, isBelievable, isExpired, jobOf } from './decide.ts';
import { type Counts, doubtedBefore, type Ended, endRun, startRun } from './sources.ts';
import * as store from './store.ts';

type JobFact = Fact<typeof contracts>;

export type RunHost = {
  pool: pg.Pool;
  fetcher: Pick<Fetcher, 'fetch'>;
  publish(tx: pg.PoolClient, fact: JobFact): Promise<unknown>;
  /** For tests, whose boards are elsewhere. Default: the connector's. */
  addressOf?: Connector['addressOf'];
  signal?: AbortSignal;
  /** Names of skills that a text mentions. */
  skillsIn?(text: string): string[];
};

/**
 * Reads a source once: what is new there is posted, what is otherwise is changed, what is gone is closed, each with its event in one
 * transaction. A run that dies leaves each job as it was or as it is; the next one does the rest. Resolves with what is on record of
 * it; throws only what `signal` is aborted with, and what the database refuses. Where the monolith writes jobs, or comes to while it runs,
 * nothing is written from then on, and the run has failed for that.
 */
export async function runSource(host: RunHost, source: store.Source): Promise<Ended> {
  const { pool, signal } = host;
  const run = await startRun(pool, source.id);
  const counts: Counts = { found: 0, unusable: 0, posted: 0, updated: 0, closed: 0, doubles: 0, doubted: 0 };
  const ended = await readSource(host, source)
    .then(async (read): Promise<Ended> => {
      if (read !== 'unchanged') await takeIn(host, source, { run, counts, ...read.parsed });
      // What has expired is over, whether or not the source has said something new.
      const isWhole = read !== 'unchanged' && read.isComplete;
      const all = isWhole && (await mayClose(host, source, { run, counts }));
      await closeOver(host, source, { run, all, counts });
      if (read === 'unchanged') return { outcome: 'unchanged', error: null, counts };
      // Of an answer that is doubted the next one has to be whole again: it is what decides.
      return {
        outcome: 'new',
        error: null,
        counts,
        ...(counts.doubted > 0 ? {} : { validators: read.validators }),
      };
    })
    .catch((error: unknown): Ended => {
      signal?.throwIfAborted();
      if (!OF_RUNS.some((one) => error instanceof one)) throw error;
      const retryAt = error instanceof FetchError ? error.retryAt : undefined;
      return { outcome: 'failed', error: (error as Error).message, counts, ...(retryAt ? { retryAt } : {}) };
    });
  await withTransaction(pool, async (tx) => await endRun(tx, { run, sourceId: source.id }, ended));
  return ended;
}

/** What a run may fail by, and the next one may not. */
const OF_RUNS = [FetchError, ConnectorError, store.NotTheWriter];

type Read = { parsed: Parsed; isComplete: boolean; validators: NonNullable<Ended['validators']> };

/**
 * `isComplete`: what is not among it is gone. Of a feed nobody can say that, nor of an answer with items that could not be read.
 */
async function readSource(
  { pool, fetcher, signal, addressOf }: RunHost,
  { id, kind, board, company, etag, last_modified }: store.Source,
): Promise<Read | 'unchanged'> {
  const connector: Connector = connectors[kind as Kind];
  const url = (addressOf ?? connector.addressOf)(board);
  const validators = { etag, lastModified: last_modified };
  const fetched = await fetcher
    .fetch(url, { validators, ...(signal ? { signal } : {}) })
    .catch(async (error): Promise<'gone'> => {
      const isGone = connector.isPosting && error instanceof FetchError && error.code === 'NOT_FOUND';
      // A page that never had a job is a mistyped address.
      if (isGone && (await store.countOpen(pool, id)) > 0) return 'gone';
      throw error;
    });
  if (fetched === 'gone') return NOTHING_THERE;
  if (fetched.is === 'unchanged') return 'unchanged';
  const origin = { url, company: company ?? undefined };
  const parsed = await parsePayload({ kind: kind as Kind, payload: fetched.payload, origin });
  return {
    parsed,
    isComplete: connector.isComplete && parsed.unusable === 0,
    validators: fetched.validators,
  };
}

const NOTHING_THERE: Read = {
  parsed: { postings: [], unusable: 0 },
  isComplete: true,
  validators: { etag: null, lastModified: null },
};

async function takeIn(
  host: RunHost,
  source: store.Source,
  { run, counts, postings, unusable }: Parsed & { run: string; counts: Counts },
): Promise<void> {
  const { pool, signal } = host;
  // Whose jobs these are has to be known: of a board by who has listed it, if it does not say so itself.
  const named = postings.map((posting) => ({
    posting,
    company: posting.company ?? source.company ?? source.board,
  }));
  const hashes = new Map(
    named.map(({ posting, company }) => [posting.externalId, contentHash(posting, company)]),
  );
  Object.assign(counts, { found: postings.length, unusable });
  const unchanged = await store.touchUnchanged(pool, source.id, run, hashes);
  for (const { posting, company } of named) {
    signal?.throwIfAborted();
    if (unchanged.has(posting.externalId)) continue;
    const keys = {
      canonicalUrl: canonicalUrl(posting.url),
      fingerprint: fingerprintOf(company, posting),
      contentHash: hashes.get(posting.externalId)!,
    };
    const did = await withTransaction(
      pool,
      async (tx) => await takeOne(host, tx, { source, run, posting, company, keys }),
      { retries: 3 },
    );
    if (did) counts[did]++;
  }
}

type One = { source: store.Source; run: string; posting: Posting; company: string; keys: store.Keys };

async function takeOne(
  host: RunHost,
  tx: pg.PoolClient,
  { source, run, posting, company, keys }: One,
): Promise<'posted' | 'updated' | 'doubles' | undefined> {
  await store.mustWrite(tx);
  await store.lockKeys(tx, keys);
  const known = await store.findPosting(tx, source.id, posting.externalId);
  const isOver = isExpired(posting, new Date());
  // What is over already is not posted; what was posted is closed with the others that are over.
  if (isOver && (!known || known.gone_at !== null)) return;
  const double = known ? undefined : await store.findDouble(tx, source.id, keys);
  const keep = async (jobId: number) =>
    await store.upsertPosting(tx, { sourceId: source.id, run, jobId, posting, keys });
  const tell = async (facts: ReturnType<typeof factsOf>) => {
    for (const fact of facts) await host.publish(tx, fact);
  };

  if (double !== undefined) {
    await keep(double);
    const opened = await store.setOpen(tx, double, true);
    if (opened) await tell(factsOf('jobs', opened));
    return 'doubles';
  }
  if (!known) {
    const { id, added } = await store.findOrAddCompany(tx, company);
    if (added) await tell(factsOf('companies', { after: added }));
    const job = await store.insertJob(tx, id, jobOf(posting, host.skillsIn));
    await tell(factsOf('jobs', { after: job }));
    await keep(job.id);
    return 'posted';
  }
  const isLeading = await store.leads(tx, source.id, known.job_id);
  await keep(known.job_id);
  if (isOver) return;
  if (!isLeading) {
    const opened = await store.setOpen(tx, known.job_id, true);
    if (opened) await tell(factsOf('jobs', opened));
    return;
  }
  const { id, added } = await store.findOrAddCompany(tx, company);
  if (added) await tell(factsOf('companies', { after: added }));
  const changed = await store.updateJob(tx, known.job_id, id, jobOf(posting, host.skillsIn));
  if (!changed) return;
  await tell(factsOf('jobs', changed));
  return 'updated';
}

/** Whether what a whole answer does not have is gone. What is doubted is counted as such and left open. */
async function mayClose(
  { pool }: RunHost,
  source: store.Source,
  { run, counts }: { run: string; counts: Counts },
): Promise<boolean> {
  const { open, missing } = await store.countMissing(pool, source.id, run);
  if (isBelievable({ open, missing, doubtedBefore: await doubtedBefore(pool, { run, sourceId: source.id }) }))
    return true;
  counts.doubted = missing;
  return false;
}

async function closeOver(
  host: RunHost,
  source: store.Source,
  { run, all, counts }: { run: string; all: boolean; counts: Counts },
): Promise<void> {
  for (const externalId of await store.listOver(host.pool, source.id, { run, all })) {
    host.signal?.throwIfAborted();
    await withTransaction(
      host.pool,
      async (tx) => {
        await store.mustWrite(tx);
        const jobId = await store.endPosting(tx, source.id, externalId);
        const closed = jobId === undefined ? undefined : await store.setOpen(tx, jobId, false);
        if (!closed) return false;
        for (const fact of factsOf('jobs', closed)) await host.publish(tx, fact);
        return true;
      },
      { retries: 3 },
    ).then((isClosed) => {
      if (isClosed) counts.closed++;
    });
  }
}

/** The events of a change, the same as of the monolith's own. */
function factsOf(
  table: 'companies' | 'jobs',
  { before, after }: { before?: unknown; after: unknown },
): JobFact[] {
  const { insert, update } = fromRows[table]!;
  const at = { at: new Date() };
  const told = before === undefined ? insert!(after, at) : update!(before, after, at);
  return [told ?? []].flat() as JobFact[];
}
