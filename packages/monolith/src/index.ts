/** What the monoliths of the reference systems are made of. It knows nothing of migrations, as they do not. */
export * from './database.ts';
export * from './declared-errors.ts';
export * from './json-depth.ts';
export * from './passwords.ts';
