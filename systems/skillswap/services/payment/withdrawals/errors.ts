import { defineErrors } from '@banyan/service';

export const errors = defineErrors({
  BAD_IBAN: [400, 'This is no number of a bank account (IBAN).'],
  PAYEE_NOT_FOUND: [404, 'It is not known yet where the money is to go.'],
  FILE_NOT_FOUND: [404, 'There is no such payout file.'],
  FILE_OPEN: [409, 'The file has not been taken to the bank yet.'],
  NOT_IN_FILE: [409, 'One of the payouts is not in this file.'],
});
