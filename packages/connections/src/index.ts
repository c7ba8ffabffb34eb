export { OAuthError } from './oauth.ts';
export { type Connections, connections } from './part.ts';
export { connectionTables } from './personal-data.ts';
export { CALDAV } from './providers.ts';
export { connectionRoutes } from './routes.ts';
export { connectionSecrets, contextOf, findByProvider, findConnection, forget } from './store.ts';
export type { ConnectionSystem, RoutesOfUsers, Says, UserId } from './system.ts';
