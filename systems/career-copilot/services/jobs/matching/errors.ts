import { defineErrors } from '@banyan/service';

export const errors = defineErrors({
  UNAUTHENTICATED: [401, 'A valid access token of an active user is needed.'],
  INACTIVE_USER: [403, 'The account is locked.'],
  NOTHING_SAID: [422, 'Say something to match: a profile, a résumé or both.'],
  JOB_NOT_FOUND: [404, 'There is no such job that is open.'],
  MATCH_NOT_FOUND: [404, 'This job was never among your matches.'],
  PROFILE_UNAVAILABLE: [503, 'Your profile cannot be read now. Try again.'],
});
