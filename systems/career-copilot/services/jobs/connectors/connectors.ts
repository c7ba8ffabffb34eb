import { ashby } from './ashby.ts';
import { greenhouse } from './greenhouse.ts';
import { jsonLd } from './json-ld.ts';
import { lever } from './lever.ts';
import type { Connector } from './posting.ts';
import { remotive } from './remotive.ts';
import { rss } from './rss.ts';

/** The kinds of sources, by the names under which they are written down. */
export const connectors = {
  greenhouse,
  lever,
  ashby,
  remotive,
  rss,
  'json-ld': jsonLd,
} as const satisfies Record<string, Connector>;
export type Kind = keyof typeof connectors;
