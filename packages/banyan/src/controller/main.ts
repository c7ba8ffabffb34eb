import { serveApi } from '../api/server.ts';
import { childContext, stopOnSignal } from '../up/child.ts';
import { connectApplier } from './applier-client.ts';
import { startController } from './controller.ts';
import { controlMetrics } from './metrics.ts';
import { createOperations } from './operations.ts';

const { plan, log, token, applierUrl } = await childContext('controller');
const controller = await startController({ plan, applier: connectApplier(applierUrl, token), log });
const operations = createOperations(plan, controller.pool);
const api = await serveApi(operations, {
  host: plan.control.host,
  port: plan.control.port,
  token,
  metrics: controlMetrics(operations),
  log,
});
process.send?.('ready');
stopOnSignal(async () => {
  await api.close();
  await controller.stop();
});
