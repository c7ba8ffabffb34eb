import type { Queryable } from '@banyan/postgres';
import type { Channel } from './api/index.ts';
import type { UserId } from './system.ts';

export type NotificationSent = {
  userId: UserId;
  kind: string;
  channel: Channel;
  notificationId?: number | string;
  deliveryId?: string;
};

/**
 * What is said to other services: `Events` of a system whose contracts have the events of `notificationEvents`. Methods, since a system's ids
 * are numbers or UUIDs, and not either.
 */
export type Says = {
  publish(tx: Queryable, type: 'NotificationSent', data: NotificationSent): Promise<unknown>;
  publish(
    tx: Queryable,
    type: 'NotificationRead',
    data: { userId: UserId; notificationId: number | string },
  ): Promise<unknown>;
  publish(
    tx: Queryable,
    type: 'DeliveryFailed',
    data: { userId: UserId; kind: string; channel: Channel; deliveryId: string; reason: string },
  ): Promise<unknown>;
  publish(
    tx: Queryable,
    type: 'TemplateUpdated',
    data: { template: string; locale: string; templateVersion: number; byUserId?: UserId },
  ): Promise<unknown>;
};
