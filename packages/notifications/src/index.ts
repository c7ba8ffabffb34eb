/** What the notification service of a system is made of: it states a `NotificationSystem`, and who is told of what. README.md has what holds. */
export { createEmail } from './channels/email.ts';
export { createContents } from './delivery/contents.ts';
export { mailRoutes } from './delivery/mail-routes.ts';
export { delivery } from './delivery/part.ts';
export { enqueue } from './delivery/queue.ts';
export { tell } from './delivery/tell.ts';
export { type Telling, telling } from './delivery/telling.ts';
export { logInFeed } from './feed/store.ts';
export { type Streams, streams } from './feed/streams.ts';
export { hearOfRow, tellOf, tellOfRow } from './hear.ts';
export { personalTables } from './people/personal-data.ts';
export { notificationRoutes } from './routes.ts';
export { readRows } from './rows.ts';
export { notificationSignals } from './signals.ts';
export {
  confirmPhone,
  digest,
  type KindDefinition,
  type NotificationSystem,
  news,
  ofAccount,
  ofChoice,
  trial,
} from './system.ts';
