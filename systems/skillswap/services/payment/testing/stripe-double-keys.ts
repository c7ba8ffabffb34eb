export const SECRET_KEY = 'sk_test_double';
export const WEBHOOK_SECRET = 'whsec_double';

/** What the service is told of a double at this address. */
export function stripeDoubleAt(url: string): Record<string, string> {
  return { STRIPE_URL: url, STRIPE_SECRET_KEY: SECRET_KEY, STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET };
}
