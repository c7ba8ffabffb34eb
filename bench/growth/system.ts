/** A system of so many services, each of which takes one table of notes over. */
export const OWNERS = 200;

export const namesOf = (services: number): string[] =>
  Array.from({ length: services }, (_, index) => `notes${index}`);

/** Of one owner: the same in the monolith's database and in the service's. */
export const tableOf = (service: string): string => `${service}_rows`;

export const ownerOf = (index: number): string => `owner-${index}`;

/** What the databases of the monolith and of the services hold. */
export const schemaOf = (service: string): string =>
  `CREATE TABLE ${tableOf(service)} (owner text PRIMARY KEY, note text NOT NULL)`;
