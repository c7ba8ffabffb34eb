import type { FromRows } from '@banyan/events';
import { type NotificationRow as RowOf, rowEvents } from '@banyan/notifications/contracts';
import { contracts } from '../../contracts/notifications.ts';

export { contracts };

export type NotificationRow = RowOf<number, number>;

export const fromRows = { notifications: rowEvents<number, number>() } satisfies FromRows<typeof contracts>;
