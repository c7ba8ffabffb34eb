import { type Subscribed, startPushService, startTwilio } from '@banyan/notifications/testing';
import webPush from 'web-push';
import { startGatewayDouble } from '../../../kit/testing/gateway.ts';
import { request } from '../../../kit/testing/request.ts';
import { notifications } from '../main.ts';
import { variables } from './start.ts';

/** What Twilio signs with. */
export const AUTH_TOKEN = 'the token of the account';

/** The service with doubles of those who bring messages to telephones and browsers, by which people may be reached. */
export async function startWithOtherSides(more: Record<string, string>) {
  /** Browsers, by the end of their address at the push service. */
  const subscribed = new Map<string, Subscribed>();
  const [gateway, twilio, pushService] = await Promise.all([
    startGatewayDouble(),
    startTwilio(),
    startPushService(subscribed),
  ]);
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  const service = await notifications.start(
    await variables({
      API_URL: gateway.url,
      TWILIO_URL: twilio.url,
      TWILIO_ACCOUNT_SID: 'AC1',
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      TWILIO_FROM: '+15005550006',
      VAPID_PUBLIC_KEY: publicKey,
      VAPID_PRIVATE_KEY: privateKey,
      PUSH_ORIGINS: pushService.url,
      ...more,
    }),
  );
  return {
    ...{ service, subscribed, twilio, pushService },
    call: (as: number, method: string, path: string, body?: object, role = 'user') =>
      request(service.url, method, `/notifications${path}`, {
        token: gateway.token(as, role),
        ...(body && { body }),
      }),
    async stop(): Promise<void> {
      await service.close();
      await Promise.all([twilio.stop(), pushService.stop()]);
      gateway.close();
    },
  };
}
