/** Below the routes of this package: where other sides tell what became of messages. */
export const TWILIO_REPORTS = '/reports/twilio';
export const BOUNCES = '/reports/bounces';
