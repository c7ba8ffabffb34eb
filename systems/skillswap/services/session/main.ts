import { calendars } from '@banyan/calendars';
import { connectionSecrets, connections } from '@banyan/connections';
import { eventing } from '@banyan/events';
import {
  calls,
  defineService,
  encryptedColumns,
  fileDrop,
  files,
  GatewayConfig,
  gatewayIssuer,
  networksIn,
  personalData,
} from '@banyan/service';
import { Type } from 'typebox';
import { contracts as payment } from '../../contracts/payment.ts';
import { contracts } from '../../contracts/session.ts';
import { GATEWAY_ISSUER } from '../../kit/tokens.ts';
import { ofSessions } from './calendar/system.ts';
import { settling } from './credits/part.ts';
import { fromRows } from './facts.ts';
import { archivingRecordings } from './recordings/part.ts';
import { reminding } from './reminders/part.ts';
import { meeting } from './rooms/part.ts';
import { routesBy } from './routes.ts';
import { upkeepBy } from './sessions/upkeep.ts';

const PaymentConfig = Type.Object({
  /** The payment service, which holds and pays credits. */
  PAYMENT_URL: Type.Optional(Type.String({ minLength: 1 })),
});

/** A booking waits for it, so not for long; what is left undone is gone on with by itself. */
const policy = { deadlineMs: 5_000, timeoutMs: 2_000, breaker: { openMs: 5_000 } };

/** Sessions: when people can be booked, who has booked them, and what becomes of it. `clock`: ms since 1970. */
export function sessionBy(clock: () => number) {
  return defineService({
    name: 'session',
    config: GatewayConfig,
    schema: new URL('schema.sql', import.meta.url),
    use: {
      personalData,
      encryption: encryptedColumns(connectionSecrets),
      events: eventing(contracts, { fromRows }),
      payment: calls(payment.operations, {
        config: PaymentConfig,
        urls: ({ PAYMENT_URL }) => ({ payment: PAYMENT_URL }),
        identity: 'service',
        policy,
      }),
      networks: networksIn('CALENDAR_NETWORKS'),
      connections: connections(ofSessions),
      calendar: calendars(ofSessions),
      settling,
      reminding,
      recordingFiles: files({ variable: 'RECORDING_STORE', folder: '.banyan/recordings' }),
      recordingDrop: fileDrop({ variable: 'RECORDING_DROP' }),
      recordings: archivingRecordings,
      meeting,
      upkeep: upkeepBy(clock),
    },
    auth: { issuers: ({ config }) => gatewayIssuer(config, GATEWAY_ISSUER) },
    routes: routesBy(clock),
  });
}

export const session = sessionBy(Date.now);

if (import.meta.main) await session.run();
