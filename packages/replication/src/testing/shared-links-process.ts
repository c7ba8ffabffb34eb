import { openLink } from '../link/link.ts';
import type { LinkConfig } from '../link/link-config.ts';
import { Readers } from '../reader/readers.ts';

/** A process that runs links of one source, to be killed. Its arguments: the system, and their configurations as JSON. */
const readers = new Readers(process.argv[2]!);
const configs = JSON.parse(process.argv[3]!) as LinkConfig[];
await Promise.all(
  configs.map(async (config) => {
    const link = openLink(config, { readers });
    await link.prepare();
    await link.copy({ rangeRows: 500 });
    await link.stream({ signal: new AbortController().signal });
  }),
);
