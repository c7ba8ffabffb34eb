/** What the integrations service says to the others. What it answers to clients is in api/integrations.ts. */
import { connectionEvents } from '@banyan/connections/contracts';
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { MAIL_KINDS, type MailKind } from '../api/mail.ts';
import { ofUser, SYSTEM, UserId } from './common.ts';

const { AccountConnected, ConnectionLost } = connectionEvents(UserId);
const ofConnection = { service: 'integrations', key: 'userId', version: 1 } as const;

export const contracts = defineContracts({
  system: SYSTEM,
  events: {
    WebhookEndpointDisabled: event({
      ...ofUser('integrations', 'Nothing is sent to an endpoint any more until its owner enables it again.'),
      data: Type.Object({
        userId: UserId,
        endpointId: Type.Integer(),
        host: Type.String({ description: 'Of its address.' }),
        reason: Type.Unsafe<'failing' | 'gone'>({
          type: 'string',
          enum: ['failing', 'gone'],
          description: '`failing`: no attempt succeeded for days. `gone`: it answered so itself (410).',
        }),
      }),
    }),
    IncomingWebhookReceived: event({
      ...ofUser(
        'integrations',
        'A program of somebody has sent something that its secret has signed. Told once of each.',
      ),
      data: Type.Object({ userId: UserId, sourceId: Type.Integer(), receiptId: Type.Integer() }),
    }),
    MailRecognized: event({
      ...ofUser(
        'integrations',
        'A mail that somebody has forwarded seems to move an application: they are to say whether it does.',
      ),
      data: Type.Object({
        userId: UserId,
        proposalId: Type.Integer(),
        kind: Type.Unsafe<MailKind>({ type: 'string', enum: [...MAIL_KINDS] }),
      }),
    }),
    AccountConnected: event({ ...ofConnection, ...AccountConnected }),
    ConnectionLost: event({ ...ofConnection, ...ConnectionLost }),
  },
});
