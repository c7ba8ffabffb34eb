import { createServer } from 'node:net';
import type { ResolvedPlan } from '@banyan/plan';
import { StartError } from './start-error.ts';

type Listener = { field: string; what: string; host: string; port: number };

/**
 * Says at once, and of all of them together, which ports of the plan cannot be listened on. The processes that need them
 * would find out one by one, and each after its own patience.
 */
export async function checkPorts({ gateway, control }: ResolvedPlan): Promise<void> {
  const listeners: Listener[] = [
    { field: 'gateway.port', what: 'the gateway', host: gateway.host, port: gateway.port },
    { field: 'gateway.adminPort', what: "the gateway's metrics", host: '127.0.0.1', port: gateway.adminPort },
    { field: 'control.port', what: 'the control plane', host: control.host, port: control.port },
  ];
  const refusals: string[] = [];
  for (const listener of listeners) {
    const refusal = await refusalOf(listener);
    if (refusal) refusals.push(refusal);
  }
  if (refusals.length === 0) return;
  throw new StartError(
    refusals.join('; '),
    'stop what listens there, or give the plan another port (0 for any free one, but for adminPort)',
  );
}

/** Why nobody can listen there, or null. */
function refusalOf({ field, what, host, port }: Listener): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(
        `${what} cannot listen on ${host}:${port} (${field} of the plan): ${REASONS[code ?? ''] ?? code}`,
      ),
    );
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

const REASONS: Record<string, string> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'ports below 1024 need a privilege that this user does not have',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
};
