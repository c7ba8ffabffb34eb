import { Type } from 'typebox';
import { ConfigError } from '../config/config.ts';
import type { ServicePart } from '../parts/part.ts';
import { type MayConnect, publicAnd } from './networks.ts';

/**
 * Where the service may connect to at addresses that people name: the public internet, and the networks that this variable lists
 * (`10.20.0.0/16, fd00:1::/32`). For `outboundAgent` and `urlProblem`.
 */
export function networksIn(variable: string): ServicePart<MayConnect> {
  return {
    config: Type.Object({ [variable]: Type.String({ default: '' }) }),
    start: async ({ config }) => ({
      provided: readNetworks(variable, (config as Record<string, string>)[variable]!),
      close: async () => {},
    }),
  };
}

function readNetworks(variable: string, text: string): MayConnect {
  try {
    return publicAnd(text);
  } catch (error) {
    const hint = 'networks, separated by commas';
    throw new ConfigError([{ variable, message: (error as Error).message, hint }]);
  }
}
