import type { Begin, Origin, RawInserts, Relation, WalMessage } from '@banyan/postgres';

/** Who takes part of a stream. */
export type Recipient = {
  /** Whether changes of this table (`schema.name`) are for it. */
  wants(table: string): boolean;
  take(message: WalMessage): void;
};

/**
 * Gives each recipient of one stream what a stream of its own would have brought: whole transactions with its tables' rows
 * and all logical messages, in order; of any other transaction that it has passed. Rows nobody wants end here.
 */
export class FanOut {
  readonly #recipients: readonly Recipient[];
  #relations = new Map<number, Recipient[]>();
  #begin: Begin | undefined;
  #origin: Origin | undefined;
  /** Who was told that the transaction has begun. */
  readonly #told = new Set<Recipient>();

  constructor(recipients: readonly Recipient[]) {
    this.#recipients = recipients;
  }

  take(message: WalMessage): void {
    switch (message.kind) {
      case 'raw inserts':
        this.#inserts(message);
        return;
      case 'insert':
      case 'update':
      case 'delete':
        for (const each of this.#of(message.relationId)) this.#tell(each, message);
        return;
      case 'truncate':
        for (const each of new Set(message.relationIds.flatMap((id) => this.#of(id))))
          this.#tell(each, message);
        return;
      case 'message':
        // One outside a transaction is part of nothing, and nobody looks at it.
        if (message.transactional) for (const each of this.#recipients) this.#tell(each, message);
        return;
      case 'relation':
        this.#relation(message);
        return;
      case 'begin':
        this.#begin = message;
        this.#origin = undefined;
        this.#told.clear();
        return;
      case 'origin':
        this.#origin = message;
        return;
      case 'commit': {
        const passed = { kind: 'keepalive', lsn: message.endLsn } as const;
        for (const each of this.#recipients) each.take(this.#told.has(each) ? message : passed);
        return;
      }
      case 'start':
        this.#relations = new Map();
        this.#told.clear();
        for (const each of this.#recipients) each.take(message);
        return;
      case 'keepalive':
        for (const each of this.#recipients) each.take(message);
    }
  }

  #of(relationId: number): readonly Recipient[] {
    return this.#relations.get(relationId) ?? NOBODY;
  }

  /** Whoever gets part of a transaction is told of its beginning first. */
  #tell(recipient: Recipient, message: WalMessage): void {
    if (!this.#told.has(recipient)) {
      this.#told.add(recipient);
      recipient.take(this.#begin!);
      if (this.#origin) recipient.take(this.#origin);
    }
    recipient.take(message);
  }

  #relation(relation: Relation): void {
    const table = `${relation.schema}.${relation.table}`;
    const wanting = this.#recipients.filter((each) => each.wants(table));
    this.#relations.set(relation.id, wanting);
    for (const each of wanting) each.take(relation);
  }

  /** A few rows are not worth the memory that was read into, which a slow recipient would hold. */
  #inserts(inserts: RawInserts): void {
    const wanting = this.#of(inserts.relationId);
    if (wanting.length === 1 && inserts.count >= MANY) {
      this.#tell(wanting[0]!, inserts);
      return;
    }
    const rows = wanting.length === 0 ? [] : inserts.rows();
    inserts.release();
    for (const row of rows)
      for (const each of wanting)
        this.#tell(each, { kind: 'insert', relationId: inserts.relationId, new: row });
  }
}

const NOBODY: readonly Recipient[] = [];
const MANY = 50;
