import { randomUUID } from 'node:crypto';
import { withTransaction } from '@banyan/postgres';
import { implement, type Operation, principalOf, type ServiceApp, service } from '@banyan/service';
import type pg from 'pg';
import type { sendMailOperation } from '../contracts.ts';
import type { UserId } from '../system.ts';
import { enqueue } from './queue.ts';
import type { Telling } from './telling.ts';

type SendMail = ReturnType<typeof sendMailOperation>;

/**
 * What other services have sent. Of a mail nothing is kept in clear but to whom it goes and of what kind it is.
 *
 * @param operations with `sendMail` as `sendMailOperation` states it.
 */
export function mailRoutes(
  app: ServiceApp,
  operations: { sendMail: Operation },
  {
    pool,
    telling: { contents, channels },
  }: { pool: pg.Pool; telling: Pick<Telling, 'contents' | 'channels'> },
): void {
  implement(
    app,
    operations as { sendMail: SendMail },
    {
      sendMail: async ({ body }, request) => {
        const id = randomUUID();
        const content = await contents.seal(id, body.parameters);
        const isOn = channels.has('email');
        return await withTransaction(pool, async (tx) => {
          const kept = await enqueue(tx, {
            id,
            fact: `mail:${principalOf(request).service}:${body.key}`,
            userId: body.userId as UserId,
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
