/** Whose messages this browser shows, and by which subscription. */
export type KeptPush = { user: number; endpoint: string; id: string };

const KEY = 'career-copilot-push';

export function keptPush(): KeptPush | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null');
  } catch {
    return null;
  }
}

export function keepPush(push: KeptPush): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(push));
  } catch {
    // Storage is blocked: the settings say that it is off, and turning it on again changes nothing.
  }
}

export function forgetPush(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}
