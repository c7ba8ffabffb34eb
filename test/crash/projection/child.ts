/** A process that runs projections until it is killed: `node child.ts <url> <names...>`. */
import { createProjector } from '@banyan/events/machinery';
import { keeper, openWorld } from './world.ts';

const [url, ...names] = process.argv.slice(2) as [string, ...string[]];
const world = await openWorld(url);
const projector = createProjector({ ...world, projections: names.map(keeper) });
const starting = projector.start();
process.stdout.write('ready\n');
await starting;
