/** What the integrations service says to the others. What it answers to clients is in api/integrations.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { MAIL_KINDS, type MailKind } from '../api/mail.ts';
import { ofUser, SYSTEM, text, UserId } from './common.ts';

const OfConnection = {
  userId: UserId,
  connectionId: Type.Integer(),
  provider: text('By its name in the configuration, e.g. `google`.'),
};

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
    AccountConnected: event({
      ...ofUser(
        'integrations',
        'Somebody has let us act for them at a provider, for the first time or again.',
      ),
      data: Type.Object(OfConnection),
    }),
    ConnectionLost: event({
      ...ofUser(
        'integrations',
        'A provider does not take our tokens any more: its user has to connect again.',
      ),
      data: Type.Object(OfConnection),
    }),
  },
});
