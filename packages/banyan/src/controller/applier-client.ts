import { request } from 'undici';

/** Calls to the applier process. All are idempotent; a failed one fails the step that needed it, nothing more. */
export type ApplierClient = {
  /**
   * Marker through `link` (`auth.forward`); `share` becomes the owner's share of both links of the service exactly
   * there. Resolves with the applier's epoch, which the fence's commit checks.
   */
  barrier(options: { link: string; lock: boolean; share: number; timeoutMs: number }): Promise<{ epoch: number; ms: number }>;
  setShare(service: string, share: number): Promise<void>;
};

export function connectApplier(url: string, token: string): ApplierClient {
  return {
    barrier: (options) => post('/v1/barrier', options, options.timeoutMs + 500),
    setShare: async (service, share) => {
      await post('/v1/share', { service, share }, 2_000);
    },
  };

  async function post<T>(path: string, body: unknown, timeoutMs: number): Promise<T> {
    const response = await request(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`applier answered ${response.statusCode}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  }
}
