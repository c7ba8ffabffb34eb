import { SERVICE_WORKER } from './address.ts';
import { forgetPush, keepPush, keptPush } from './kept-push.ts';

/** `blocked`: whoever uses it has said no, and only they can say otherwise, in the settings of the browser. */
export type PushState = 'unsupported' | 'blocked' | 'off' | 'on';

/** What the API wants to know of a subscription. */
export type NewSubscription = { endpoint: string; keys: { p256dh: string; auth: string } };

/** Whether this browser is told by push what the user is told. */
export async function pushState(user: number): Promise<PushState> {
  if (!('serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis))
    return 'unsupported';
  if (Notification.permission === 'denied') return 'blocked';
  const subscription = await currentSubscription();
  const kept = keptPush();
  const isMine = subscription !== null && kept?.user === user && kept.endpoint === subscription.endpoint;
  return isMine ? 'on' : 'off';
}

/**
 * Asks for the permission, and subscribes. `publicKey`: of the service (VAPID, base64url); `register` has the API know the subscription, and returns its id.
 * Resolves with `off` when the question was closed without an answer. Rejects when the browser's push service or the API cannot be reached.
 */
export async function turnOn(
  user: number,
  publicKey: string,
  register: (subscription: NewSubscription) => Promise<string>,
): Promise<PushState> {
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') return permission === 'denied' ? 'blocked' : 'off';
  await navigator.serviceWorker.register(SERVICE_WORKER, { updateViaCache: 'none' });
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await subscribe(pushManager, publicKey);
  const { endpoint, keys } = subscription.toJSON() as NewSubscription;
  const id = await register({ endpoint, keys });
  keepPush({ user, endpoint, id });
  return 'on';
}

/** `remove` has the API forget the subscription. Whether it does or not, this browser shows nothing more. */
export async function turnOff(remove: (id: string) => Promise<unknown>): Promise<void> {
  const id = keptPush()?.id;
  await endPush();
  if (id !== undefined) await remove(id);
}

/** This browser shows nothing more; the service learns of it from the push service with the next message. */
export async function endPush(): Promise<void> {
  forgetPush();
  await (await currentSubscription())?.unsubscribe();
}

/** A subscription by another key, e.g. of before it was replaced, is in the way of a new one. */
async function subscribe(manager: PushManager, applicationServerKey: string): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey };
  try {
    return await manager.subscribe(options);
  } catch (error) {
    if ((error as DOMException).name !== 'InvalidStateError') throw error;
    await (await manager.getSubscription())?.unsubscribe();
    return await manager.subscribe(options);
  }
}

async function currentSubscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker?.getRegistration();
  return (await registration?.pushManager?.getSubscription()) ?? null;
}
