/** Of the service worker: at the root, so that it is the one of all pages. The policy of scripts (trusted-types.ts) lets in no other. */
export const SERVICE_WORKER = '/service-worker.js';
