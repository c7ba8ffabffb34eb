import type { Issuer } from '@banyan/gateway';
import { Type } from 'typebox';
import { either, fields, flag, number, optional, record, required, text } from './fields.ts';

/** Who gives out tokens, and what the gateway signs in their place. */

/** RFC 9110, 5.6.2. */
export const TOKEN = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";
const issuerName = () => required('Name of the issuer in this plan.', text('a text', "'monolith'"));
const issuerOf = () =>
  optional('The `iss` claim of its tokens; left out or empty: they carry none.', Type.String(), {
    otherwise: 'none',
  });
/** How its tokens come. */
const tokenPlace = () => ({
  scheme: optional(
    'Scheme of the Authorization header that its tokens come with.',
    text('a scheme, such as Bearer or Token', "'Token'", TOKEN),
    { otherwise: '`Bearer`' },
  ),
  header: optional(
    'Header of their own that its tokens come in instead, without a scheme.',
    text("a header's name", "'x-access-token'", TOKEN),
  ),
  cookie: optional('Cookie that its tokens come in instead.', text("a cookie's name", "'session'", TOKEN)),
  leewaySeconds: optional(
    'How far its clock may be apart from ours, seconds: `nbf` and `exp` count that much later.',
    number(0, 300, 'seconds from 0 to 300', '5'),
    { otherwise: '5' },
  ),
  exchange: optional(
    'Whether the gateway may sign other tokens in the place of its own, for the monolith (`signAs`) and for services. Set it to false for tokens that say what they may be used for, such as those of OAuth clients: whoever got another one would not know. They go as they came, and the monolith refuses them.',
    flag(),
    { otherwise: 'true' },
  ),
});
const audience = () => optional('The `aud` claim that its tokens must have.', text('a text', "'shop'"));

export const IssuerSchema = Type.Unsafe<Issuer>(
  either(
    [
      fields({
        name: issuerName(),
        issuer: issuerOf(),
        algorithm: required('Tokens signed with a secret that both sides know.', Type.Literal('HS256')),
        secret: required(
          'That secret; read it with env(), never write it down here. Under 32 bytes it draws a warning.',
          Type.String({ minLength: 1 }),
        ),
        audience: audience(),
        ...tokenPlace(),
      }),
      fields({
        name: issuerName(),
        issuer: issuerOf(),
        algorithm: required('Tokens signed with a private key.', Type.Literal('JWKS')),
        jwksUrl: required('Where its public keys are.', Type.String()),
        algorithms: optional(
          'Signature algorithms accepted from it.',
          Type.Array(Type.String({ pattern: '^(RS|ES|PS)(256|384|512)$|^EdDSA$' }), { minItems: 1 }),
          { otherwise: 'RS256, ES256 and EdDSA' },
        ),
        audience: audience(),
        ...tokenPlace(),
      }),
    ],
    "{ name, issuer, algorithm: 'HS256', secret } or { name, issuer, algorithm: 'JWKS', jwksUrl }, with an optional audience",
    "{ name: 'monolith', issuer: 'career-copilot', algorithm: 'HS256', secret: env('JWT_SECRET') }",
  ),
);

const pem = () => text('a private key in PEM, Ed25519 or P-256', "env('GATEWAY_KEY')");

export const SigningSchema = record(
  {
    issuer: required(
      'The `iss` claim of what it signs; of no other issuer. What names it and was not signed by these keys gets 401.',
      text('a text', "'https://gateway.example'"),
    ),
    privateKey: required('The key that signs; read it with env(), never write it down here.', pem()),
    otherKey: optional(
      'A key whose public half is served too: the next one before a change of keys, the last one for two minutes after it.',
      pem(),
    ),
  },
  '{ issuer, privateKey }',
);
