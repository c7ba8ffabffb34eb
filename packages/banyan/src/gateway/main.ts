import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { postgresSource, runCluster, startGateway } from '@banyan/gateway';
import { childContext } from '../up/child.ts';

const { plan, log, token, applierUrl } = await childContext('gateway');

// The primary and each worker run this file; `start` is called in the workers.
const gateway = await runCluster({
  workers: plan.gateway.workers,
  adminPort: plan.gateway.adminPort,
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
  onEvent: (event) => log.info(event, 'cluster'),
});
process.on('disconnect', () => void gateway.stop().finally(() => process.exit(0)));
process.send?.('ready');
