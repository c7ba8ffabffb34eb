import type pg from 'pg';
import { isSigned, type SignatureKeys, type Signed } from './signature.ts';

/** The keys by which the guard of a service signs what it says to the forward link. */
export class GuardKeys {
  readonly #monolith: Pick<pg.Pool, 'query'>;
  readonly #service: string;
  #keys: SignatureKeys | undefined;

  constructor(monolith: Pick<pg.Pool, 'query'>, service: string) {
    this.#monolith = monolith;
    this.#service = service;
  }

  accepts(signed: Signed): boolean {
    return this.#keys !== undefined && isSigned(this.#keys, signed);
  }

  /** The guard may have been installed since. */
  async load(): Promise<void> {
    const there = await this.#monolith.query(
      `SELECT FROM pg_attribute WHERE attrelid = to_regclass('banyan.guards') AND attname = 'seal_inner'`,
    );
    if (there.rowCount === 0) return;
    const { rows } = await this.#monolith.query(
      'SELECT seal_inner AS inner, seal_outer AS outer FROM banyan.guards WHERE service = $1 AND seal_inner IS NOT NULL',
      [this.#service],
    );
    this.#keys = rows[0];
  }
}
