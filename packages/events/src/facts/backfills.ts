import type { Queryable } from '@banyan/postgres';
import type { PartHost } from '@banyan/service';
import type { Contracts } from '../contracts.ts';
import type { EventingDefinition, Handler } from '../definition.ts';
import { EventsError } from '../errors.ts';
import { Messages } from '../messages.ts';
import { createPublisher } from '../outbox/publish.ts';
import { BackfillAsker } from './ask-backfill.ts';
import {
  ANSWERED,
  type Answered,
  ASKED,
  type Asked,
  backfillContracts,
  HANDLED,
  type Handled,
  TOLD,
} from './backfill-messages.ts';
import { HandledCount } from './count-handled.ts';
import { applyFactsSchema } from './replicated.ts';
import { OwnRowsTeller } from './tell-own-rows.ts';
import { backfillName, noteHandled, wantBackfill } from './wanted.ts';

export type BackfillsOptions<C extends Contracts> = {
  contracts: C;
  // biome-ignore lint/suspicious/noExplicitAny: its sagas do not matter here
  definition: Pick<EventingDefinition<C, any>, 'backfill' | 'fromRows' | 'ownRows' | 'on' | 'onBatch'>;
  host: Pick<PartHost<unknown>, 'pool' | 'service' | 'databaseUrl' | 'log'>;
  /** A message is in the outbox. */
  onWrite(): void;
};

/**
 * A service's part in backfills that definitions ask for. Whoever asks does so until it is answered; whoever is asked notes it, and the
 * rows are told by whoever knows that they are there: of its own tables the service, of replicated ones the applier.
 */
export class Backfills<C extends Contracts> {
  /** By the type of the message. */
  readonly handlers: ReadonlyMap<string, Handler<C, never>>;
  /** Left out: it asks nobody. */
  readonly count: HandledCount | undefined;
  readonly #options: BackfillsOptions<C>;
  readonly #asker: BackfillAsker | undefined;
  readonly #teller: OwnRowsTeller<C> | undefined;
  readonly #sendTo: ReturnType<typeof createPublisher<ReturnType<typeof backfillContracts>>>['sendTo'];

  /** Throws `BACKFILL_UNHEARD`. */
  constructor(options: BackfillsOptions<C>) {
    this.#options = options;
    const { contracts, definition, host, onWrite } = options;
    const { pool, service, databaseUrl, log } = host;
    const own = backfillContracts(contracts.system);
    this.#sendTo = createPublisher<typeof own>(new Messages(own), service, { onWrite }).sendTo;
    const owners = [...new Set(definition.backfill)];
    for (const owner of owners) checkHeard(options, owner);
    if (owners.length > 0) {
      this.#asker = new BackfillAsker({ pool, service, owners, log, sendTo: this.#sendTo });
      this.count = new HandledCount({ service, owners, sendTo: this.#sendTo });
    }
    const { ownRows } = definition;
    if (ownRows) this.#teller = new OwnRowsTeller({ databaseUrl, contracts, service, ownRows, log, onWrite });
    const asker = this.#asker;
    const handlers: [string, Handler<C, never>][] = [];
    if (asker) {
      handlers.push([ANSWERED, ({ data }, { tx }) => asker.answered(tx, data as Answered)]);
      // What it says is counted with what is handled beside it.
      handlers.push([TOLD, async () => {}]);
    }
    if (definition.fromRows || ownRows) {
      handlers.push([ASKED, ({ data }, { tx }) => this.#answer(tx, data as Asked)]);
      handlers.push([HANDLED, ({ data }, { tx }) => this.#noteHandled(tx, data as Handled)]);
    }
    this.handlers = new Map(handlers);
  }

  async prepare(): Promise<void> {
    if (this.handlers.size > 0) await applyFactsSchema(this.#options.host.pool);
  }

  /** The service has subscribed. */
  open(): void {
    this.#asker?.open();
    this.#teller?.open();
  }

  async close(): Promise<void> {
    await this.#asker?.close();
    await this.#teller?.close();
  }

  async #noteHandled(tx: Queryable, { consumer, facts }: Handled): Promise<void> {
    await noteHandled(tx, backfillName(this.#options.host.service, consumer), facts);
  }

  async #answer(tx: Queryable, { owner, consumer, counts }: Asked): Promise<void> {
    const { fromRows, ownRows } = this.#options.definition;
    const names = Object.keys({ ...fromRows, ...ownRows });
    const tables = [fromRows, ownRows]
      .flatMap((some) => Object.values(some ?? {}))
      .filter(({ exists }) => exists).length;
    const refusal = tables > 0 ? undefined : new EventsError('NO_EXISTS', { tables: names.join(', ') });
    const { service } = this.#options.host;
    const wanted = { name: backfillName(service, consumer), consumer };
    if (tables > 0) await wantBackfill(tx, { ...wanted, ...(counts && { tables }) });
    const answer: Answered = { owner, consumer, ...(refusal && { refusal: refusal.message }) };
    await this.#sendTo(tx, consumer, ANSWERED, answer);
  }
}

/** Whoever asks for rows and handles no event of their owner would be told, and never know. */
function checkHeard<C extends Contracts>(
  { contracts, definition, host }: BackfillsOptions<C>,
  owner: string,
) {
  const handled = Object.keys({ ...definition.on, ...definition.onBatch });
  const heard = handled.some((type) => contracts.events[type]?.service === owner);
  if (!heard || owner === host.service)
    throw new EventsError('BACKFILL_UNHEARD', { owner, service: host.service });
}
