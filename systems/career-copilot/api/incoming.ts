import { type Static, Type } from 'typebox';
import { Id, Nullable, Timestamp } from './common.ts';

const HeaderName = Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9-]+$' });

/** How a sender signs that does not do so by Standard Webhooks. */
export const HmacSettings = Type.Object({
  signature_header: HeaderName,
  prefix: Type.Optional(Type.String({ maxLength: 20, description: 'Of the header, e.g. `sha256=`.' })),
  encoding: Type.Unsafe<'hex' | 'base64'>({ type: 'string', enum: ['hex', 'base64'] }),
  algorithm: Type.Unsafe<'sha256' | 'sha512'>({ type: 'string', enum: ['sha256', 'sha512'] }),
  signed: Type.String({
    maxLength: 100,
    description: 'What is signed, of {id}, {timestamp} and {body}: `{body}`, `v0:{timestamp}:{body}`.',
  }),
  id_header: Type.Optional(HeaderName),
  timestamp_header: Type.Optional(HeaderName),
});
export type HmacSettings = Static<typeof HmacSettings>;

const SchemeName = Type.Unsafe<'standard' | 'hmac'>({ type: 'string', enum: ['standard', 'hmac'] });

export const NewSource = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  scheme: SchemeName,
  settings: Type.Optional(HmacSettings),
  secret: Type.Optional(
    Type.String({ minLength: 16, maxLength: 200, description: 'Of the sender. Default: one is made.' }),
  ),
});
export type NewSource = Static<typeof NewSource>;

export const Source = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  scheme: SchemeName,
  settings: Nullable<HmacSettings>(HmacSettings),
  path: Type.String({ description: 'Where it sends to. It is hard to guess, so show it to nobody else.' }),
  created_at: Timestamp,
});
export type Source = Static<typeof Source>;
export const SourceWithSecret = Type.Object({ ...Source.properties, secret: Type.String() });

export const Receipt = Type.Object({
  id: Type.Integer(),
  message_id: Nullable<string>(Type.String()),
  content_type: Type.String(),
  bytes: Type.Integer(),
  received_at: Timestamp,
});
export type Receipt = Static<typeof Receipt>;

export const OfReceipt = Type.Object({
  id: Id.properties.id,
  receipt: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});

export const Token = Type.Object({ token: Type.String({ minLength: 1, maxLength: 100 }) });
export const Accepted = Type.Object({
  duplicate: Type.Boolean({ description: 'It was received before, and has had its effect.' }),
});
