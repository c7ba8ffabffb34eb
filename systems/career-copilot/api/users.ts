import { type Static, Type } from 'typebox';
import { JsonObject, Nullable, Timestamp } from './common.ts';

export const Profile = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  full_name: Type.String(),
  is_active: Type.Boolean(),
  role: Type.String(),
  phone: Nullable<string>(Type.String()),
  location: Nullable<string>(Type.String()),
  headline: Nullable<string>(Type.String()),
  skills: Type.Array(Type.String()),
  preferences: JsonObject,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Profile = Static<typeof Profile>;

/** Fields left out stay as they are; null empties a field that may be empty. */
export const ProfileChanges = Type.Partial(
  Type.Object({
    full_name: Type.String({ minLength: 1, maxLength: 255 }),
    phone: Nullable<string>(Type.String({ maxLength: 40 })),
    location: Nullable<string>(Type.String({ maxLength: 255 })),
    headline: Nullable<string>(Type.String({ maxLength: 255 })),
    skills: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 }),
    preferences: JsonObject,
  }),
);
export type ProfileChanges = Static<typeof ProfileChanges>;

export const PublicProfile = Type.Object({
  id: Type.Integer(),
  full_name: Type.String(),
  headline: Nullable<string>(Type.String()),
  location: Nullable<string>(Type.String()),
  skills: Type.Array(Type.String()),
});
export type PublicProfile = Static<typeof PublicProfile>;
