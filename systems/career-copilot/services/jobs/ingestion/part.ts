import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { ConfigError, repeatedWork, type ServicePart } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { contracts } from '../../../contracts/jobs.ts';
import type { Skills } from '../../../kit/skills/skills.ts';
import { connectors, type Kind } from '../connectors/connectors.ts';
import { createFetcher } from '../connectors/fetcher.ts';
import { runSource } from './run.ts';
import { forgetRuns, keepSources, takeDue } from './sources.ts';
import { whyNotTheWriter } from './store.ts';

const IngestionConfig = Type.Object({
  /**
   * What is read, as JSON: `[{"kind":"greenhouse","board":"vaulttec","company":"Vault-Tec"}]`. Without it nothing is, nor while the
   * monolith writes companies and jobs.
   */
  JOB_SOURCES: Type.Optional(Type.String({ minLength: 2 })),
  /** As whom it reads, with an address where those who are read learn more. */
  JOB_SOURCES_AGENT: Type.String({ minLength: 3, default: 'career-copilot' }),
});

const Sources = Type.Array(
  Type.Object({
    kind: Type.Unsafe<Kind>({ type: 'string', enum: Object.keys(connectors) }),
    board: Type.String({ minLength: 1, maxLength: 2_000 }),
    company: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  }),
  { maxItems: 10_000 },
);

const EVERY_SECONDS = Object.fromEntries(
  Object.entries(connectors).map(([kind, { everySeconds }]) => [kind, everySeconds]),
);
/** How long until it looks again whose turn it is, ms. */
const LOOK_MS = 5_000;
/** How often runs are forgotten, and for how long they are remembered. */
const FORGET_MS = 3_600_000;
const REMEMBERED_DAYS = 30;

/** Reads the sources that are listed, one after the other, each when it is its turn; many instances share them. */
export const ingestion: ServicePart<undefined, typeof IngestionConfig> = {
  config: IngestionConfig,
  async start(host) {
    const { config, pool, log, provided } = host;
    const listed = sourcesIn(config.JOB_SOURCES);
    const events = provided.events as Events<typeof contracts>;
    const skills = provided.skills as Skills | undefined;
    const skillsIn = skills && ((text: string) => skills.inText(text).map((key) => skills.label(key)));
    const fetcher = createFetcher({ userAgent: config.JOB_SOURCES_AGENT });
    let ids: number[] | undefined;
    /** Why nothing was read when it was last looked at. */
    let told: string | undefined;

    async function readOne(signal: AbortSignal): Promise<boolean> {
      ids ??= await keepSources(pool, listed);
      const why = await withTransaction(pool, whyNotTheWriter);
      if (why !== told)
        log.info({ why }, why === undefined ? 'sources of jobs are read' : 'sources of jobs are not read');
      told = why;
      if (why !== undefined) return false;
      const source = await takeDue(pool, ids, EVERY_SECONDS);
      if (source === undefined) return false;
      const { outcome, error, counts } = await runSource(
        {
          pool,
          fetcher,
          signal,
          publish: (tx, { type, data }) => events.publish(tx, type, data),
          ...(skillsIn ? { skillsIn } : {}),
        },
        source,
      );
      log.info(
        { kind: source.kind, board: source.board, outcome, error, ...counts },
        'read a source of jobs',
      );
      return true;
    }

    const work = repeatedWork(host, {
      'read sources of jobs': { everyMs: LOOK_MS, run: readOne },
      'forget runs of sources': {
        everyMs: FORGET_MS,
        inOneProcess: true,
        run: async () => !(await forgetRuns(pool, REMEMBERED_DAYS)),
      },
    });
    return {
      provided: undefined,
      open: async () => {
        if (listed.length > 0) await work.open();
      },
      close: async () => {
        await work.close();
        await fetcher.close();
      },
    };
  },
};

/** Each once, and with a board that its connector has an address for. Throws `ConfigError`. */
function sourcesIn(text: string | undefined): { kind: Kind; board: string; company: string | null }[] {
  if (text === undefined) return [];
  let sources: Static<typeof Sources>;
  try {
    sources = Value.Parse(Sources, JSON.parse(text));
    for (const { kind, board } of sources) connectors[kind].addressOf(board);
  } catch (error) {
    const kinds = Object.keys(connectors).join(', ');
    throw new ConfigError([
      {
        variable: 'JOB_SOURCES',
        message: `is no list of sources: ${(error as Error).message}`,
        hint: `JSON such as [{"kind":"greenhouse","board":"vaulttec","company":"Vault-Tec"}]; kinds are ${kinds}`,
      },
    ]);
  }
  const each = new Map(sources.map((source) => [`${source.kind} ${source.board}`, source]));
  return [...each.values()].map(({ kind, board, company = null }) => ({ kind, board, company }));
}
