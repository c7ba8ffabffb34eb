import { type Static, Type } from 'typebox';
import { Text } from './common.ts';
import { User } from './users.ts';

export const RegisterRequest = Type.Object({
  email: Type.String({ format: 'email', maxLength: 255 }),
  password: Text(72, 8),
  fullName: Text(255, 1),
  timeZone: Type.Optional(Text(64, 1)),
});
export type RegisterRequest = Static<typeof RegisterRequest>;

export const LoginRequest = Type.Object({ email: Text(255), password: Text(255) });
export type LoginRequest = Static<typeof LoginRequest>;

export const RefreshRequest = Type.Object({ refreshToken: Text(512, 1) });
export type RefreshRequest = Static<typeof RefreshRequest>;

export const Tokens = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.String(),
  tokenType: Type.String(),
  /** Seconds. */
  expiresIn: Type.Integer(),
});

export const Registered = Type.Object({ user: User, ...Tokens.properties });
