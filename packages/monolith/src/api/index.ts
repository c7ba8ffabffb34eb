/** With what the public API of a monolith is stated, for whoever answers by it: values, errors, and what kinds of refusals there are. */
export * from './passwords.ts';
export * from './refusal.ts';
export * from './schemas.ts';
export * from './stated-error.ts';
