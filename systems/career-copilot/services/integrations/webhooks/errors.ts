import { defineErrors } from '@banyan/service';

export const errors = defineErrors({
  WEBHOOK_NOT_FOUND: [404, 'There is no such webhook.'],
  DELIVERY_NOT_FOUND: [404, 'There is no such delivery.'],
  BAD_URL: [422, 'Nothing can be sent to this address.'],
  TOO_MANY_WEBHOOKS: [409, 'There are as many webhooks as one may have. Remove one first.'],
  WEBHOOK_DISABLED: [409, 'The webhook is disabled. Enable it first.'],
});

/** One that is the caller's. Throws `WEBHOOK_NOT_FOUND`. */
export function found<T>(one: T | undefined): T {
  if (one === undefined) throw errors('WEBHOOK_NOT_FOUND');
  return one;
}
