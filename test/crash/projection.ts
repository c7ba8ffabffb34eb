import { crashing } from './piece.ts';
import { injectCrashes } from './projection/injected.ts';
import { killProcesses } from './projection/killed.ts';

/**
 * Projections whose runner dies at every step of its way: in four of five runs because its connection breaks there, before
 * a statement or after it with the answer lost; in the fifth because its process is killed with -9. Each event must have its
 * effect exactly once and in order, also in the tables that are built anew meanwhile. A run is one projection.
 */
export const crashProjections = crashing(injectCrashes, killProcesses);
