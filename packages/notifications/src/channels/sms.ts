import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Channel, Outcome } from './channel.ts';
import { type Answered, post } from './http.ts';

export type SmsOptions = {
  /** Of Twilio, or of what speaks its API. */
  url: string;
  accountSid: string;
  authToken: string;
  /** The number, or the messaging service (`MG...`), by which messages are sent. */
  from: string;
  /** Where Twilio tells what became of a message; undefined: it does not. */
  statusUrl: string | undefined;
  timeoutMs?: number;
};

const Accepted = Type.Object({ sid: Type.String() });
const Refused = Type.Object({ code: Type.Integer() });

/** Twilio's codes of numbers to which nothing can be sent: not valid, no mobile, not to be reached, or who has answered STOP. */
const BAD_NUMBERS = new Set([21211, 21214, 21217, 21610, 21612, 21614]);

/** SMS by Twilio's REST API (2010-04-01). It knows no idempotency keys: of what it may have nothing is sent again. */
export function createSms(options: SmsOptions): Channel {
  const { url, accountSid, authToken, from, statusUrl, timeoutMs = 20_000 } = options;
  const address = `${url}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  return {
    name: 'sms',
    async send({ to, short, link, deliveryId }, handOver) {
      const body = new URLSearchParams({
        To: to,
        [from.startsWith('MG') ? 'MessagingServiceSid' : 'From']: from,
        Body: link === null ? short : `${short} ${link}`,
        ...(statusUrl === undefined ? {} : { StatusCallback: `${statusUrl}?delivery=${deliveryId}` }),
      });
      const answered = await post(address, { headers: { authorization }, body }, { handOver, timeoutMs });
      return 'is' in answered ? answered : outcomeOf(answered);
    },
    close: async () => {},
  };
}

function outcomeOf({ status, body, retryAfterMs }: Answered): Outcome {
  if (status < 300) return { is: 'sent', providerId: Value.Check(Accepted, body) ? body.sid : null };
  const code = Value.Check(Refused, body) ? body.code : undefined;
  const reason = `${status}${code === undefined ? '' : ` ${code}`}`;
  if (status === 429)
    return { is: 'unsent', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  // Whether a server that failed has sent it, it does not say.
  if (status >= 500) return { is: 'unknown', reason };
  // Of the account: nothing is wrong with this message, somebody has to mend the configuration.
  if (status === 401 || status === 403) return { is: 'unsent', reason };
  const addressIsBad = code !== undefined && BAD_NUMBERS.has(code);
  return { is: 'refused', reason: addressIsBad ? 'NO_SUCH_NUMBER' : 'REFUSED', addressIsBad };
}
