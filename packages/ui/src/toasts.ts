import { UNSTABLE_ToastQueue as ToastQueue } from 'react-aria-components';
import type { Tone } from './tones.ts';

export interface ToastMessage {
  title: string;
  description?: string;
  tone?: Tone;
  /** What can be done about it: undo, try again. */
  action?: { label: string; onAction: () => void };
}

/** Those that are seen and those that wait for a place. */
export const toasts = new ToastQueue<ToastMessage>({ maxVisibleToasts: 3 });

/**
 * Tells the result of what the user did, in a corner of the page; gives back what takes it away again. It goes by itself after
 * `timeout` ms (6 s, with an action 10 s; null: never, as what has failed does). `onClose`: it has gone, whoever or whatever took it away.
 */
export function showToast(
  message: ToastMessage,
  { timeout = timeFor(message), onClose }: { timeout?: number | null; onClose?: () => void } = {},
): () => void {
  const key = toasts.add(message, {
    ...(timeout !== null && { timeout }),
    ...(onClose && { onClose }),
  });
  return () => toasts.close(key);
}

function timeFor({ tone, action }: ToastMessage): number | null {
  if (tone === 'danger') return null;
  return action ? 10_000 : 6_000;
}
