/** Of the browsers that there are. Whoever gives an endpoint has this service send requests there, so nobody may give any other. */
export const PUSH_ORIGINS = [
  'https://fcm.googleapis.com',
  'https://updates.push.services.mozilla.com',
  'https://web.push.apple.com',
  'https://*.notify.windows.com',
].join(',');

/** Whether an endpoint is at one of these origins, separated by commas; `*.` stands for any name before the rest. */
export function isPushService(endpoint: string, origins: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { origin, username, password } = new URL(endpoint);
  if (username !== '' || password !== '') return false;
  return origins.split(',').some((one) => {
    const [before, after] = one.split('*') as [string, string | undefined];
    if (after === undefined) return origin === before;
    const name = origin.slice(before.length, origin.length - after.length);
    return origin.startsWith(before) && origin.endsWith(after) && /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name);
  });
}
