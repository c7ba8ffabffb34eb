export const KEY = 'devkey';
export const SECRET = 's'.repeat(32);

/** What the service is told of a double at this address. */
export function livekitDoubleAt(url: string): Record<string, string> {
  return { LIVEKIT_URL: url.replace(/^http/, 'ws'), LIVEKIT_API_KEY: KEY, LIVEKIT_API_SECRET: SECRET };
}
