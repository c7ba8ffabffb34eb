import type { Queryable } from '@banyan/postgres';
import type { Access, Spelling } from '@banyan/service';

/** As the whole system has it: a number or a UUID. */
export type UserId = number | string;

/** What a system says of itself whose people connect accounts elsewhere. */
export type ConnectionSystem = {
  /** SQL type of the ids of its users. */
  idType: 'integer' | 'uuid';
  /** Of the names of fields in its API. Default `snake_case`. */
  spelling?: Spelling;
};

/** Who may use its routes. */
export type RoutesOfUsers = Pick<Access<UserId>, 'callerOf' | 'signedIn'>;

/** What is said to other services: `Events` of a system whose contracts have the events of `connectionEvents`. A method, since ids differ. */
export type Says = {
  publish(
    tx: Queryable,
    type: 'AccountConnected' | 'ConnectionLost',
    data: { userId: UserId; connectionId: number; provider: string },
  ): Promise<unknown>;
};
