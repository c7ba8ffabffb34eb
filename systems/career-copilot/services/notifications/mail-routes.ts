import { randomUUID } from 'node:crypto';
import { withTransaction } from '@banyan/postgres';
import { implement, principalOf, type ServiceApp, service } from '@banyan/service';
import type pg from 'pg';
import { contracts } from '../../contracts/notifications.ts';
import { enqueue } from './delivery/queue.ts';
import type { Telling } from './delivery/telling.ts';

/** What other services have sent. Of a mail nothing is kept in clear but to whom it goes and of what kind it is. */
export function mailRoutes(
  app: ServiceApp,
  { pool, telling: { contents, channels } }: { pool: pg.Pool; telling: Telling },
): void {
  implement(
    app,
    contracts.operations,
    {
      sendMail: async ({ body }, request) => {
        const id = randomUUID();
        const content = await contents.seal(id, body.parameters);
        const isOn = channels.has('email');
        return await withTransaction(pool, async (tx) => {
          const kept = await enqueue(tx, {
            id,
            fact: `mail:${principalOf(request).service}:${body.key}`,
            userId: body.userId,
            channel: 'email',
            target: body.to,
            kind: body.template,
            locale: body.locale ?? null,
            content: isOn ? content : null,
            state: isOn ? 'queued' : 'suppressed',
            reason: isOn ? null : 'CHANNEL_OFF',
            expiresAt: body.expiresAt === undefined ? null : new Date(body.expiresAt),
          });
          return { deliveryId: kept.id, state: kept.state };
        });
      },
    },
    { sendMail: { config: { allow: [service()] } } },
  );
}
