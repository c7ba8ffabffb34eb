import { defineErrors } from '@banyan/service';

export const errors = defineErrors({
  CARD_DATA_REFUSED: [
    400,
    'Data of cards must not be sent here. Send the id that the payment provider gives them.',
  ],
  NOT_SIGNED: [400, 'This is not signed by the payment provider, or not just now.'],
  PURCHASE_BLOCKED: [403, 'The purchase was blocked.'],
  PURCHASE_NOT_FOUND: [404, 'There is no such purchase.'],
  PROVIDER_UNKNOWN: [404, 'There is no such payment provider.'],
});
