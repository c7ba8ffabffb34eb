import type { Taken } from '@banyan/service';
import type { Contracts, MessageContract } from './contracts.ts';
import type { AnySaga } from './saga/index.ts';

/** Of a definition, what tells whom the service listens to. */
type Stated = {
  on?: object;
  onBatch?: object;
  sagas?: readonly Pick<AnySaga, 'startOn'>[];
};

/**
 * The messages of other services that a service hears and sends, as far as can be told before it runs. A definition that is made by a
 * function, and what a service sends, are known only then: all that its contracts allow counts, so that nothing is passed over.
 */
export function takenBy(
  { events, commands }: Contracts,
  definition: Stated | ((host: never) => unknown),
): Taken[] {
  const heard = typeof definition === 'function' ? Object.keys(events) : heardBy(definition);
  return [
    ...Object.entries(events)
      .filter(([name]) => heard.includes(name))
      .map(([name, contract]) => taken('event', name, contract)),
    ...Object.entries(commands).map(([name, contract]) => taken('command', name, contract)),
  ];
}

function heardBy({ on = {}, onBatch = {}, sagas = [] }: Stated): string[] {
  const starting = sagas.flatMap(({ startOn }) => (startOn ? [startOn.event] : []));
  return [...Object.keys(on), ...Object.keys(onBatch), ...starting];
}

function taken(by: Taken['by'], name: string, { service }: MessageContract): Taken {
  return { by, service, name };
}
