import { Gauge, type Registry } from 'prom-client';
import { type Static, Type } from 'typebox';
import { defineErrors } from './errors.ts';
import type { ServiceApp } from './types.ts';

/** When a service sends requests away rather than let all of them wait. */
export const LoadConfig = Type.Object({
  /** Requests at a time; 0: no limit. */
  MAX_IN_FLIGHT: Type.Integer({ minimum: 0, default: 2000 }),
  /** How late timers may come, in milliseconds; 0: no limit. */
  MAX_EVENT_LOOP_LAG_MS: Type.Integer({ minimum: 0, default: 2000 }),
});
export type LoadConfig = Static<typeof LoadConfig>;

export type Load = { inFlight: number; lagMs: number };

/** Why a request is to be sent away; undefined: it is not. */
export function overload(load: Load, limits: LoadConfig): 'in-flight' | 'event-loop' | undefined {
  if (limits.MAX_IN_FLIGHT > 0 && load.inFlight > limits.MAX_IN_FLIGHT) return 'in-flight';
  if (limits.MAX_EVENT_LOOP_LAG_MS > 0 && load.lagMs > limits.MAX_EVENT_LOOP_LAG_MS) return 'event-loop';
  return undefined;
}

const errors = defineErrors({ OVERLOADED: [503, 'Too much to do at the moment. Try again.'] });

/**
 * Answers 503 with Retry-After while there is more to do than the limits allow, before anything else is done for the
 * request. Health and metrics are always answered: an overloaded service is not a dead one.
 */
export function shedLoad(app: ServiceApp, limits: LoadConfig, registry: Registry): Load {
  const load: Load = { inFlight: 0, lagMs: 0 };
  app.addHook('onRequest', (_request, _reply, done) => {
    load.inFlight += 1;
    done();
  });
  app.addHook('onResponse', (_request, _reply, done) => {
    load.inFlight -= 1;
    done();
  });
  app.addHook('onRoute', (route) => {
    if (route.config?.kit) return;
    const own = route.onRequest ?? [];
    route.onRequest = [
      (_request, _reply, done) => {
        const reason = overload(load, limits);
        done(reason && errors('OVERLOADED', { fields: { reason }, headers: { 'retry-after': '1' } }));
      },
      ...(Array.isArray(own) ? own : [own]),
    ];
  });
  const timer = watchEventLoop(load);
  app.addHook('onClose', async () => clearInterval(timer));
  new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests taken and not yet answered',
    registers: [registry],
    collect() {
      this.set(load.inFlight);
    },
  });
  return load;
}

const LOOK_MS = 100;

/** How much later than asked for the last timer came. */
function watchEventLoop(load: Load): NodeJS.Timeout {
  let last = performance.now();
  return setInterval(() => {
    const now = performance.now();
    load.lagMs = Math.max(0, now - last - LOOK_MS);
    last = now;
  }, LOOK_MS).unref();
}
