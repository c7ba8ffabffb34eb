import { defineErrors } from '@banyan/service';

export const errors = defineErrors({
  INSUFFICIENT_CREDITS: [409, 'There are not enough credits in the wallet.'],
  WALLET_STOPPED: [409, 'Nothing moves in this wallet until somebody has looked at it.'],
  HOLD_NOT_FOUND: [404, 'There is no such hold.'],
  HOLD_ENDED: [409, 'The hold has ended: it was captured, released or is over.'],
  HOLD_EXPIRED: [409, 'The hold is over.'],
  BEYOND_HOLD: [409, 'The hold is of fewer credits.'],
  POSTING_NOT_FOUND: [404, 'There is no such posting.'],
  ALREADY_REVERSED: [409, 'The posting was reversed already, or is a reversal itself.'],
  NOT_WRITER: [409, 'Credits are not moved here now.'],
  KEY_REUSED: [422, 'This key was used for something else.'],
  SAME_WALLET: [422, 'Nobody pays themselves.'],
});
