import type { Load } from '@banyan/harness';
import payment from '../services/payment/load.ts';
import session from '../services/session/load.ts';

/** What users ask for that no service has taken over: their sessions, and the credits that those cost. */
export default {
  promises: { ...payment.promises, ...session.promises },
  balances: payment.balances,
  start(run) {
    const ofPayment = payment.start(run);
    return { ...ofPayment, operations: [...ofPayment.operations, ...session.start(run).operations] };
  },
} satisfies Load<string>;
