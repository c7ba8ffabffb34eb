/** What the integrations service says to the others. What it answers to clients is in api/integrations.ts. */
import { defineContracts, event } from '@banyan/events';
import { Type } from 'typebox';
import { ofUser, SYSTEM, UserId } from './common.ts';

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
  },
});
