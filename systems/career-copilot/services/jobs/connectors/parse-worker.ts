import { parentPort, workerData } from 'node:worker_threads';
import { connectors } from './connectors.ts';
import type { Done, Task } from './parse.ts';
import { ConnectorError } from './posting.ts';

const { kind, payload, origin } = workerData as Task;

function parsed(): Done {
  try {
    return { parsed: connectors[kind].parse(payload, origin) };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { problem: error.message };
  }
}

parentPort!.postMessage(parsed());
