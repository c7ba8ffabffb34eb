import { signals } from '@banyan/service';

/** The part by which queue and streams hear of what is committed: `use: { signals: notificationSignals() }`. */
export const notificationSignals = () => signals('notifications_deliveries', 'notifications_feed');
