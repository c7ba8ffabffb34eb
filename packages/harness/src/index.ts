export type { System } from './system.ts';
