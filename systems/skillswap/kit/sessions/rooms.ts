/** Where people meet. */
const ROOMS = 'https://meet.skillswap.example';

export function roomUrl(sessionId: string): string {
  return `${ROOMS}/${sessionId}`;
}
