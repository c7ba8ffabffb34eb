import { type Static, Type } from 'typebox';
import { JsonObject, Nullable, Paging, Text, Timestamp } from './common.ts';

const USER_STATUSES = ['ACTIVE', 'SUSPENDED', 'DELETED'] as const;

/** As users see themselves; others see no e-mail address unless its owner shows it. */
export const User = Type.Object({
  id: Type.String(),
  email: Nullable<string>(Type.String()),
  fullName: Type.String(),
  bio: Nullable<string>(Type.String()),
  profilePictureUrl: Nullable<string>(Type.String()),
  timeZone: Type.String(),
  role: Type.String(),
  status: Type.String(),
  verified: Type.Boolean(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  /** To be sent with a change. */
  version: Type.Integer(),
});
export type User = Static<typeof User>;

/** Fields left out stay as they are; null empties a field that may be empty. */
export const UserChanges = Type.Object({
  fullName: Type.Optional(Text(255, 1)),
  bio: Type.Optional(Nullable<string>(Text(2000))),
  profilePictureUrl: Type.Optional(Nullable<string>(Text(2000))),
  timeZone: Type.Optional(Text(64, 1)),
  version: Type.Integer({ minimum: 1 }),
});
export type UserChanges = Static<typeof UserChanges>;

export const PrivacySettings = Type.Object({
  /** PRIVATE: for nobody else but people who have a session with one. */
  profileVisibility: Type.Enum(['PUBLIC', 'PRIVATE']),
  showEmail: Type.Boolean(),
  showCity: Type.Boolean(),
});
export type PrivacySettings = Static<typeof PrivacySettings>;

export const UserQuery = Type.Object({
  ...Paging,
  status: Type.Optional(Type.Enum([...USER_STATUSES])),
  /** Part of the name or of the e-mail address. */
  query: Type.Optional(Text(255, 1)),
});
export type UserQuery = Static<typeof UserQuery>;

/** All that is kept of somebody, by context. */
export const UserExport = JsonObject;

/** Of a picture as it is given, at most. */
export const PICTURE_BYTES = 8 * 1_048_576;

/** Where the deletion of an account is; `link` shows the same to whoever has it, also when nobody can log in any more. */
export const ErasureState = Type.Object({
  /** ERASING: it is on its way through all services. */
  state: Type.Enum(['NONE', 'ERASING', 'ERASED']),
  link: Type.String(),
  /** What was erased where, when, and what is kept and why: a JSON document, as it was signed. */
  proof: Type.Optional(Type.String()),
  sha256: Type.Optional(Type.String()),
  signature: Type.Optional(Type.String()),
});
export type ErasureState = Static<typeof ErasureState>;

/** All that there is about somebody, once every service has said what it has. */
export const Archive = Type.Object({
  id: Type.String(),
  state: Type.Enum(['MAKING', 'READY']),
  askedAt: Timestamp,
  readyAt: Nullable<Date>(Timestamp),
  /** By service, and in it by table. */
  content: Type.Optional(JsonObject),
});
export type Archive = Static<typeof Archive>;
