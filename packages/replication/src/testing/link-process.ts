import { openLink } from '../link/link.ts';
import type { LinkConfig } from '../link/link-config.ts';

/** A process that does nothing but run one link, to be killed. Its configuration is its argument, as JSON. */
const config = JSON.parse(process.argv[2]!) as LinkConfig;
const link = openLink(config);
await link.prepare();
if (config.direction === 'forward') await link.copy({ rangeRows: 500 });
process.send?.('streaming');
await link.stream({ signal: new AbortController().signal });
