import { serveApi } from '../api/server.ts';
import { childContext, stopOnSignal } from '../up/child.ts';
import { connectApplier } from './applier-client.ts';
import { startController } from './controller.ts';
import { createOperations } from './operations.ts';

const { plan, log, token, applierUrl } = await childContext('controller');
const controller = await startController({ plan, applier: connectApplier(applierUrl, token), log });
const api = await serveApi(createOperations(plan, controller.pool), {
  host: plan.control.host,
  port: plan.control.port,
  token,
});
process.send?.('ready');
stopOnSignal(async () => {
  await api.close();
  await controller.stop();
});
