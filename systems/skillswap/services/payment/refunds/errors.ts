import { defineErrors } from '@banyan/service';

export const errors = defineErrors({
  PURCHASE_NOT_FOUND: [404, 'There is no such purchase.'],
  NOT_PAID: [409, 'The purchase was not paid.'],
  CONTESTED: [409, 'The payment is contested with the bank, which gives the money back or does not.'],
  TOO_LATE: [409, 'Purchases are taken back for 14 days.'],
});
