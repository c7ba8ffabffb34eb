import type { Channel } from './channel.ts';

/** Push to browsers and to apps on telephones as one channel: a browser's address is what it gave, as JSON, and an app's is its token. */
export function byAddress({
  browsers,
  apps,
}: {
  browsers: Channel | undefined;
  apps: Channel | undefined;
}): Channel {
  return {
    name: 'push',
    send: async (message, handOver) => {
      const channel = message.to.startsWith('{') ? browsers : apps;
      // It was added when this was configured.
      if (!channel) return { is: 'refused', reason: 'CHANNEL_OFF', addressIsBad: false };
      return await channel.send(message, handOver);
    },
    close: async () => {
      await browsers?.close();
      await apps?.close();
    },
  };
}
