import type { Target } from './target.ts';
import { client } from './targets/client.ts';

/** In the order they are run. */
export const targets: Target[] = [client];
