import { defineErrors } from '@banyan/service';

export const errors = defineErrors({
  CASE_NOT_FOUND: [404, 'There is no such case.'],
  CASE_CLOSED: [409, 'Somebody has closed the case with another verdict.'],
});
