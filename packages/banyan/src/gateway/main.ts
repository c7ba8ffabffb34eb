import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { postgresSource, runCluster, startGateway } from '@banyan/gateway';
import { childContext, type PlanMessage, stopOnSignal, tellSupervisor } from '../up/child.ts';

const { plan, log, token, applierUrl } = await childContext('gateway');

let serving = false;

cluster.on('fork', (worker) => worker.send({ plan } satisfies PlanMessage));

// The primary and each worker run this file; `start` is called in the workers.
const gateway = await runCluster({
  workers: plan.gateway.workers,
  adminPort: plan.gateway.adminPort,
  token,
  start: () =>
    startGateway({
      source: postgresSource({
        url: plan.control.database,
        workerId: `${hostname()}-${process.pid}-${randomUUID()}`,
        settleUrl: applierUrl,
        token,
      }),
      host: plan.gateway.host,
      port: plan.gateway.port,
      env: process.env,
      onError: (error) => log.warn({ err: error }, 'gateway'),
    }),
  onEvent: (event) => {
    if (event.kind === 'start-failed') log.error({ err: event.error }, 'a worker cannot start');
    else log.info(event, 'cluster');
    // Later ones are replaced; the first say why there will be no gateway, and they have said it in the log.
    if (event.kind === 'worker-died' && !serving) process.exit(1);
  },
});
serving = true;
stopOnSignal(() => gateway.stop());
tellSupervisor('ready');
