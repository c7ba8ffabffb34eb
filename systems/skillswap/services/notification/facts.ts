import type { FromRows } from '@banyan/events';
import { rowEvents } from '@banyan/notifications/contracts';
import { contracts } from '../../contracts/notification.ts';

export { contracts };

export const fromRows = { notifications: rowEvents<string, string>() } satisfies FromRows<typeof contracts>;
