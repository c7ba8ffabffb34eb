import { type Static, Type } from 'typebox';
import { Timestamp } from './common.ts';

export const Email = Type.String({ format: 'email', maxLength: 255 });
export const NewPassword = Type.String({ minLength: 8, maxLength: 72 });

export const EmailVerification = Type.Object({ email: Type.String(), email_verified: Type.Boolean() });
export type EmailVerification = Static<typeof EmailVerification>;

export const RegisterRequest = Type.Object({
  email: Email,
  password: NewPassword,
  full_name: Type.String({ minLength: 1, maxLength: 255 }),
});
export type RegisterRequest = Static<typeof RegisterRequest>;

export const LoginRequest = Type.Object({ email: Type.String(), password: Type.String() });
export type LoginRequest = Static<typeof LoginRequest>;

export const RefreshRequest = Type.Object({ refresh_token: Type.String({ minLength: 1, maxLength: 512 }) });
export type RefreshRequest = Static<typeof RefreshRequest>;

export const PasswordRequest = Type.Object({ current_password: Type.String(), new_password: NewPassword });
export type PasswordRequest = Static<typeof PasswordRequest>;

export const Tokens = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.String(),
  token_type: Type.String(),
  expires_in: Type.Integer(),
});
export type Tokens = Static<typeof Tokens>;

export const Registration = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  full_name: Type.String(),
  is_active: Type.Boolean(),
  role: Type.String(),
  created_at: Timestamp,
});
export type Registration = Static<typeof Registration>;

export const Registered = Type.Object({ user: Registration, ...Tokens.properties });

export const Account = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  is_active: Type.Boolean(),
  role: Type.String(),
  created_at: Timestamp,
});
export type Account = Static<typeof Account>;
