import { ask, type Body } from './http.ts';
import { ProviderError } from './provider.ts';

/** What this code was written against. */
const API_VERSION = '2024-06-20';

export type StripeAccess = {
  /** Origin of the API. */
  url: string;
  secretKey: string;
  /** How long an answer is waited for, ms. */
  timeoutMs: number;
};

/** Asks Stripe for something: `path` below `/v1/`, with its query. Throws `StripeError` where it refuses, `ProviderError` where it does not answer. */
export type StripeApi = (
  method: 'GET' | 'POST',
  path: string,
  fields?: Fields,
  key?: string,
) => Promise<Body>;

export function stripeApi({ url, secretKey, timeoutMs }: StripeAccess): StripeApi {
  return async (method, path, fields = {}, key) => {
    const { status, body } = await ask({
      method,
      url: `${url}/v1/${path}`,
      timeoutMs,
      headers: {
        authorization: `Bearer ${secretKey}`,
        'stripe-version': API_VERSION,
        ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(method === 'POST' && { body: formOf(fields) }),
    });
    if (status < 300) return body;
    throw new StripeError(body?.error ?? {});
  };
}

/** What Stripe has refused, in its own words. */
export class StripeError extends ProviderError {
  readonly type: string;

  constructor({
    type = 'api_error',
    code,
    decline_code,
  }: { type?: string; code?: string; decline_code?: string }) {
    super('REFUSED', decline_code ?? code ?? type);
    this.type = type;
  }
}

type Fields = { [name: string]: string | number | readonly string[] | Record<string, string> };

/** As Stripe takes nested fields: `metadata[purchase_id]=...`, `payment_method_types[]=card`. */
function formOf(fields: Fields): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (Array.isArray(value)) for (const one of value) form.append(`${name}[]`, one);
    else if (typeof value === 'object')
      for (const [key, one] of Object.entries(value)) form.append(`${name}[${key}]`, one);
    else form.append(name, String(value));
  }
  return form.toString();
}
