import type { Encryption } from '@banyan/service';

/** What templates of deliveries are filled with. It may be a secret (a link that sets a new password), so all of it is kept encrypted. */
export type Contents = {
  seal(deliveryId: string, parameters: Record<string, unknown>): Promise<string>;
  open(deliveryId: string, content: string): Promise<Record<string, unknown>>;
};

export function createContents(encryption: Encryption): Contents {
  const contextOf = (deliveryId: string) => `delivery:${deliveryId}`;
  return {
    seal: async (deliveryId, parameters) =>
      await encryption.encrypt(JSON.stringify(parameters), contextOf(deliveryId)),
    open: async (deliveryId, content) => JSON.parse(await encryption.decrypt(content, contextOf(deliveryId))),
  };
}
