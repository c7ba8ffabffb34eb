/** What connections say to other services, in any system: each states its ids and its service's name. */
import { type TSchema, Type } from 'typebox';

/** What each event says, with its summary; `event()` of it and what the system has besides (service, version, key) is the contract. */
export function connectionEvents<User extends TSchema>(userId: User) {
  const data = Type.Object({
    userId,
    connectionId: Type.Integer(),
    provider: Type.String({ description: 'By its name in the configuration, e.g. `google`.' }),
  });
  return {
    AccountConnected: {
      summary: 'Somebody has let us act for them at a provider, for the first time or again.',
      data,
    },
    ConnectionLost: {
      summary: 'A provider does not take our tokens any more: its user has to connect again.',
      data,
    },
  };
}
