import type { System } from '@banyan/harness';

/** The one list of the system's services. Only so much of a system as a new service stands on. */
export const system = {
  name: 'template',
  title: 'Template',
  folder: new URL('.', import.meta.url),
  prefix: 'TEMPLATE',
  services: ['example'],
  goesBack: 'example',
  retires: 'example',
  environment: ({ process, secret, gatewayUrl }) => ({
    ...(process === 'monolith' ? { JWT_SECRET: secret } : {}),
    API_URL: gatewayUrl,
  }),
} as const satisfies System;
