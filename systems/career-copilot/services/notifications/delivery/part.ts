import type { Events } from '@banyan/events';
import type { ServicePart } from '@banyan/service';
import type { contracts } from '../../../contracts/notifications.ts';
import type { Signals } from '../signals.ts';
import type { Telling } from './telling.ts';
import { startWorker } from './worker.ts';

/** Sends what is queued. Listed after `signals`, `telling` and `events`. */
export const delivery: ServicePart<undefined> = {
  async start({ pool, log, provided }) {
    const telling = provided.telling as Telling;
    const { publish } = provided.events as Events<typeof contracts>;
    let worker: ReturnType<typeof startWorker> | undefined;
    return {
      provided: undefined,
      open: async () => {
        worker = startWorker({ ...telling, pool, log, publish }, provided.signals as Signals);
      },
      close: async () => {
        await worker?.stop();
        for (const channel of telling.channels.values()) await channel.close();
      },
    };
  },
};
