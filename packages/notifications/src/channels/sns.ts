import type { PublishCommandInput } from '@aws-sdk/client-sns';
import type { Channel, Outcome, Outgoing } from './channel.ts';
import { brokenOff } from './http.ts';

export type SnsOptions = {
  /** Of Amazon, e.g. `eu-central-1`. */
  region: string;
  /** Undefined: Amazon's. */
  url?: string | undefined;
  timeoutMs?: number;
};

/**
 * SMS by Amazon SNS (Publish to a number), with the credentials of the AWS SDK's usual places. It knows no idempotency keys: of what it may have
 * nothing is sent again, by the SDK neither.
 */
export function createSns({ region, url, timeoutMs = 20_000 }: SnsOptions): Channel {
  // Only a service that sends SMS by it pays for the SDK.
  const opened = once(async () => {
    const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
    const requestHandler = { connectionTimeout: timeoutMs, requestTimeout: timeoutMs };
    const client = new SNSClient({
      region,
      maxAttempts: 1,
      requestHandler,
      ...(url === undefined ? {} : { endpoint: url }),
    });
    return { client, publish: (input: PublishCommandInput) => client.send(new PublishCommand(input)) };
  });
  return {
    name: 'sms',
    async send(message, handOver) {
      const { client, publish } = await opened.get();
      try {
        // Without them nothing would go out.
        await client.config.credentials();
        await handOver();
      } catch (error) {
        return { is: 'unsent', reason: (error as Error).message };
      }
      try {
        const { MessageId: providerId = null } = await publish(asSms(message));
        return { is: 'sent', providerId };
      } catch (error) {
        return outcomeOf(error as SnsError);
      }
    },
    close: async () => (await opened.made())?.client.destroy(),
  };
}

function asSms({ to, short, link, deliveryId }: Outgoing): PublishCommandInput {
  return {
    PhoneNumber: to,
    Message: link === null ? short : `${short} ${link}`,
    MessageAttributes: {
      // What is about an account is worth its price: it is delivered first.
      'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
      delivery: { DataType: 'String', StringValue: deliveryId },
    },
  };
}

type SnsError = Error & {
  $metadata?: { httpStatusCode?: number };
};

/** Errors of Publish, by their names with and without `Exception`. */
function outcomeOf(error: SnsError): Outcome {
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined) return brokenOff(error);
  const reason = error.name.replace(/Exception$/, '');
  if (status === 429 || /^Throttl/.test(reason)) return { is: 'unsent', reason };
  if (status >= 500) return { is: 'unknown', reason };
  // Of our account: nothing is wrong with this message, somebody has to mend the configuration.
  if (status === 401 || status === 403 || !OF_MESSAGE.test(reason)) return { is: 'unsent', reason };
  const addressIsBad = reason === 'OptedOut' || /phone ?number/i.test(error.message);
  return { is: 'refused', reason: addressIsBad ? 'NO_SUCH_NUMBER' : 'REFUSED', addressIsBad };
}

const OF_MESSAGE = /^(InvalidParameter|InvalidParameterValue|OptedOut|ValidationError|Validation)$/;

function once<T>(make: () => Promise<T>): { get(): Promise<T>; made(): Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  return {
    get: () => {
      made ??= make();
      return made;
    },
    made: () => made,
  };
}
