/** What the monoliths of the reference systems are made of. It knows nothing of migrations, as they do not. */
export * from './app.ts';
export * from './database.ts';
export * from './logins.ts';
export * from './openapi.ts';
export * from './passwords.ts';
export * from './run.ts';
export * from './sessions.ts';
