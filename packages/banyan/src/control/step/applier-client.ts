import { request } from 'undici';

/** Calls to the applier process. A failed one fails the step that needed it, nothing more. */
export type ApplierClient = {
  /**
   * Waits until the side that gains keys has all that the losing side committed, of each service; their links then hold until the
   * fences are decided. Resolves with the applier's epoch, which the commit of the fences checks.
   */
  fence(fence: {
    fences: readonly { id: string; service: string }[];
    fromShare: number;
    toShare: number;
    timeoutMs: number;
  }): Promise<{ epoch: number; ms: number }>;
};

/** How much longer than the fence's own limit its answer may take, ms. */
const ANSWER_MARGIN_MS = 500;

export function connectApplier(url: string, token: string): ApplierClient {
  return {
    async fence(fence) {
      const response = await request(new URL('/v1/fence', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(fence),
        signal: AbortSignal.timeout(fence.timeoutMs + ANSWER_MARGIN_MS),
      });
      const text = await response.body.text();
      if (response.statusCode !== 200)
        throw new Error(`applier answered ${response.statusCode}: ${text.slice(0, 300)}`);
      return JSON.parse(text) as { epoch: number; ms: number };
    },
  };
}
