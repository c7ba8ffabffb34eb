import { type Client, OpenFeature } from '@openfeature/server-sdk';
import { Type } from 'typebox';
import { CONTROL_TOKEN, CONTROL_URL } from '../config/control-variables.ts';
import type { ServicePart } from '../parts/part.ts';
import { FlagsProvider } from './provider.ts';

const FlagsConfig = Type.Object({ CONTROL_URL, CONTROL_TOKEN });

/**
 * Flags of the control plane as a part of a service: `use: { flags: flags() }`. Routes get an OpenFeature client. Without
 * CONTROL_URL there are no flags, and code gets the values that it names.
 *
 * @example
 * const isNew = await flags.getBooleanValue('new-search', false, { targetingKey: userId });
 */
export function flags(): ServicePart<Client, typeof FlagsConfig> {
  return {
    config: FlagsConfig,
    async start({ instance, config: { CONTROL_URL: url, CONTROL_TOKEN: token }, log }) {
      // A domain of its own: several services may run in one process, as in tests.
      const provided = OpenFeature.getClient(instance);
      if (!url) return { provided, close: async () => {} };
      const provider = new FlagsProvider({ url, token, log });
      await OpenFeature.setProviderAndWait(instance, provider).catch((err: unknown) =>
        log.warn({ err }, 'starting without flags'),
      );
      return { provided, close: () => provider.onClose() };
    },
  };
}
