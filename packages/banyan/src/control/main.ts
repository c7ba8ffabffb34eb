import { fingerprintsOf } from '@banyan/plan/fingerprint';
import { serveApi } from '../api/server.ts';
import { openFlagFeed } from '../settings/feed.ts';
import { createSettings } from '../settings/store.ts';
import { childContext, stopOnSignal, tellSupervisor } from '../up/child.ts';
import { startController } from './controller.ts';
import { controlMetrics } from './operations/metrics.ts';
import { createOperations } from './operations/operations.ts';
import { connectApplier } from './step/applier-client.ts';

const { plan, log, token, applierUrl } = await childContext('controller');
const controller = await startController({ plan, applier: connectApplier(applierUrl, token), log });
const { pool } = controller.sources;
const operations = createOperations({ ...controller.sources, fingerprints: fingerprintsOf(plan, token) });
const store = await createSettings(pool);
const feed = await openFlagFeed({ pool, settings: store, url: plan.control.database, log });
const api = await serveApi(operations, {
  host: plan.control.host,
  port: plan.control.port,
  token,
  metrics: controlMetrics(operations),
  settings: { store, feed },
  log,
});
stopOnSignal(async () => {
  await api.close();
  await feed.close();
  await controller.stop();
});
tellSupervisor('ready');
