/** What fills the database of a monolith: names of people, and COPY. */
export * from './copy.ts';
export * from './demo-accounts.ts';
export * from './fill.ts';
export * from './moments.ts';
export * from './names.ts';
export * from './people.ts';
