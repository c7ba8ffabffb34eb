import type { Parts, RunningService, Service } from '@banyan/service';
import { startGatewayDouble } from './gateway.ts';
import { type Answer, request, variablesOf } from './service.ts';

/** A service that runs by itself, on databases of its own, with a gateway that signs tokens for it. */
export async function startWithGateway<Use extends Parts>(
  service: Service<Use>,
  env: Record<string, string> = {},
) {
  const gateway = await startGatewayDouble();
  const variables = await variablesOf(service.name, { API_URL: gateway.url, ...env });
  const running: RunningService<Use> = await service.start(variables);
  return {
    service: running,
    gateway,
    /** The variables that it was started with. */
    variables,
    call: (
      as: string,
      method: string,
      path: string,
      body?: unknown,
      { role, headers = {} }: { role?: string; headers?: Record<string, string> } = {},
    ): Promise<Answer> =>
      request(running.url, method, path, { token: gateway.token(as, role), body, headers }),
    /** The data of all events of a type that it has told, in order. */
    said: async (type: string): Promise<Record<string, unknown>[]> => {
      const { rows } = await running.pool.query(
        `SELECT message -> 'data' AS data FROM banyan_events.outbox WHERE message ->> 'type' = $1 ORDER BY seq`,
        [type],
      );
      return rows.map(({ data }) => data);
    },
    stop: async () => {
      await running.close();
      gateway.close();
    },
  };
}
