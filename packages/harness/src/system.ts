/**
 * A system that the harness runs: a folder with banyan.config.ts, monolith/ and services/, and what cannot be seen from it.
 * Each service has services/<name>/ with main.ts, extraction.ts and, if its users make requests, load.ts.
 */
export type System = {
  name: string;
  /** The name in sentences for people. */
  title: string;
  /** Where the system lies; ends with a slash. */
  folder: URL;
  /** Names of its environment variables begin with it. */
  prefix: string;
  /** In the order in which they leave the monolith. */
  services: readonly string[];
  /** The service that goes back to the monolith once in the tour, at half of its users. */
  goesBack: string;
  /** The service that the tour retires: one that the monolith can do without. */
  retires: string;
};
