import type { Target } from './target.ts';
import { bodies } from './targets/bodies.ts';
import { client } from './targets/client.ts';
import { plans } from './targets/plans.ts';
import { tokens } from './targets/tokens.ts';
import { upstream } from './targets/upstream.ts';

/** In the order they are run. */
export const targets: Target[] = [client, upstream, tokens, bodies, plans];
