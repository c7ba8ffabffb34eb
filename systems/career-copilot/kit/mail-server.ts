import { createHmac } from 'node:crypto';

/** Of the addresses to which people forward mail, where the whole system runs on one machine. */
const MAIL_DOMAIN = 'in.career.example';

/** Variables of the service that receives mail: by which secret the mail server of such a system signs what it passes on. */
export function mailServerOf(secret: string): { MAIL_DOMAIN: string; MAIL_WEBHOOK_SECRET: string } {
  const key = createHmac('sha256', secret).update('mail server').digest('base64');
  return { MAIL_DOMAIN, MAIL_WEBHOOK_SECRET: `whsec_${key}` };
}
