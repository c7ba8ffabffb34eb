/** The gateway's workers of `npm run bench:control`: they report what they counted once a second, until they are ended. */
import { postgresSource } from '@banyan/gateway';
import { outcomesOf, SERVICES, WORKERS } from './system.ts';

const url = process.argv[2]!;
const workers = Array.from({ length: WORKERS }, (_, index) =>
  postgresSource({ url, workerId: `worker-${index}`, settleUrl: null, token: '' }),
);
const outcomes = Array.from({ length: SERVICES }, (_, service) => outcomesOf(service, 1)).flat();

setInterval(async () => {
  for (const worker of workers) {
    await worker.heartbeat(1, []);
    await worker.reportOutcomes({ outcomes, failures: [], keys: [], routeKeys: [] });
  }
}, 1_000);
