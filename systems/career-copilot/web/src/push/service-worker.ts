/**
 * Shows push messages, and opens their pages. It answers no requests: pages are as fresh as their server is. Built by itself into one file
 * (vite/service-worker.ts), since a worker of all pages has to lie at the root.
 */
import { readPushMessage } from './push-message.ts';

const worker = globalThis as unknown as Worker;

worker.addEventListener('push', (event) => {
  const { title, ...told } = readPushMessage(event.data?.text() ?? '', {
    origin: worker.location.origin,
    fallback: 'Career Copilot',
  });
  const { body, tag, path } = told;
  event.waitUntil(worker.registration.showNotification(title, { body, tag, data: { path } }));
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.path));
});

/** In the window that shows the page already, else in a new one: what somebody enters elsewhere is not left. */
async function open(path: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: 'window' });
  const shown = windows.find(({ url }) => url === worker.location.origin + path);
  await (shown ? shown.focus() : worker.clients.openWindow(path));
}

/** What of a service worker is used here: types of pages know none of it. */
type Worker = {
  location: Location;
  registration: ServiceWorkerRegistration;
  clients: {
    matchAll(options: { type: 'window' }): Promise<{ url: string; focus(): Promise<unknown> }[]>;
    openWindow(url: string): Promise<unknown>;
  };
  addEventListener(
    type: 'push',
    listener: (event: Lasting & { data: { text(): string } | null }) => void,
  ): void;
  addEventListener(
    type: 'notificationclick',
    listener: (event: Lasting & { notification: Notification }) => void,
  ): void;
};
type Lasting = { waitUntil(work: Promise<unknown>): void };
