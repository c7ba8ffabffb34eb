import { childContext, stopOnSignal, tellSupervisor } from '../up/child.ts';
import { startApplier } from './applier.ts';
import { serveApplier } from './server.ts';

const { plan, log, token, applierUrl } = await childContext('applier');
const { hostname, port } = new URL(applierUrl);
const applier = await startApplier({ plan, log });
const server = await serveApplier(applier, { host: hostname, port: Number(port), token });
stopOnSignal(async () => {
  await server.close();
  await applier.stop();
});
tellSupervisor('ready');
