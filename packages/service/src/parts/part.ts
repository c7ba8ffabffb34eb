import type { Db } from '@banyan/postgres';
import type { FastifyBaseLogger } from 'fastify';
import type { Registry } from 'prom-client';
import type { Static, TObject } from 'typebox';

/** What a part is given of the service that it is a part of. */
export type PartHost<Config> = {
  /** The service's name. */
  service: string;
  /** Tells processes of one service apart; new at each start. */
  instance: string;
  config: Config;
  pool: Db;
  databaseUrl: string;
  log: FastifyBaseLogger;
  metrics: Registry;
  /** What the parts before it in `use` provide, by name. */
  provided: Readonly<Record<string, unknown>>;
  /** A token with which this service calls the service of that name. Throws without SERVICE_KEY. */
  tokenFor(audience: string): Promise<string>;
};

export type StartedPart<Provided> = {
  /** What routes and handlers get of it, under the name that the service gave it in `use`. */
  provided: Provided;
  /** Called once the service listens, at `url`: from here on it may take work of its own accord, e.g. messages. */
  open?(self: { url: string }): Promise<void>;
  /** Rejects while the service cannot do its work because of this part. */
  ready?(): Promise<unknown>;
  /** Rejects while some of what the service does fails because of this part, and the rest goes on: health then says `degraded`. */
  whole?(): Promise<unknown>;
  /** Called first of all when the service stops, while it still answers: it should not be found any more. */
  drain?(): Promise<void>;
  /** Takes no more work, finishes what it has, lets go of everything. Called after the last HTTP answer. */
  close(): Promise<void>;
};

/**
 * What a service takes from another one, as its parts state it before anything runs. `banyan contexts` compares it with the
 * context map of the plan.
 */
export type Taken = {
  by: 'event' | 'command' | 'call';
  /** Whose it is, by its contract. */
  service: string;
  /** Of the message or the operation. */
  name: string;
  /** Of a call: `GET /api/v1/users/:id`. */
  route?: string;
};

/** Something that a service has besides HTTP, e.g. events: started before its routes are made, in the order of `use`. */
export type ServicePart<Provided, C extends TObject = TObject> = {
  /** Environment variables of its own. */
  config?: C;
  /** What the service takes from others by it. What is its own may be among it. */
  takes?: readonly Taken[];
  start(host: PartHost<Static<C>>): Promise<StartedPart<Provided>>;
};
