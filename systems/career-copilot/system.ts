import type { System } from '@banyan/harness';

/**
 * What Career Copilot consists of: the one list of its services. Each has its folder below services/ (main.ts, extraction.ts,
 * load.ts), a database of its own, and variables by its name (`CAREER_AUTH_URL`, `CAREER_AUTH_DATABASE_URL`).
 */
export const system = {
  name: 'career-copilot',
  title: 'Career Copilot',
  folder: new URL('.', import.meta.url),
  prefix: 'CAREER',
  services: ['auth', 'users'],
  goesBack: 'users',
  retires: 'users',
} as const satisfies System;
