import { Type } from 'typebox';

/** Origin of the control plane; without it a service has neither its flags nor its configuration. */
export const CONTROL_URL = Type.Optional(Type.String({ pattern: '^https?://[^/]+/?$' }));
/** The service's own, from `banyan config token <service>`. */
export const CONTROL_TOKEN = Type.Optional(Type.String({ minLength: 1, secret: true }));
