import { confirmPhone, digest, type KindDefinition, news, ofChoice, trial } from '@banyan/notifications';
import { Type } from 'typebox';

const Credits = Type.Integer();
const Session = Type.Object({ sessionId: Type.String(), startsAt: Type.String(), credits: Credits });
const SAMPLE = {
  sessionId: '7b0d7d5e-4f0c-4a57-9a35-2f5d3a8c1e11',
  startsAt: '2026-11-30T09:00:00Z',
  credits: 20,
};

/** In the app and by these e-mails, and to telephones where there is one. */
const told = (email: 'off' | 'instant' | 'daily', push: boolean) => ({
  ways: { in_app: true, email, sms: false, push },
});
/** Of what the monolith tells too: found where it tells of it, whoever has told it. */
const AS_MONOLITH = { rowBy: 'teller' } as const;
const onSession = { page: ({ sessionId }: Record<string, unknown>) => `/sessions/${sessionId}` };
const ofSession = (email: 'off' | 'instant') =>
  ofChoice(Session, SAMPLE, { ...told(email, true), ...AS_MONOLITH, ...onSession });
const ofWallet = { page: () => '/credits' };

/**
 * Of what people are told, and how who have not chosen: at once of what somebody waits for or that changes their day, once a day of what they earn, and
 * of what they have just done themselves in the app alone. The words are in built-in.ts, and in what administrators have made of them.
 */
export const kinds = {
  confirm_phone: confirmPhone,
  trial,
  welcome: ofChoice(
    Type.Object({ name: Type.String() }),
    { name: 'Ada' },
    { ...told('instant', false), page: () => '/' },
  ),
  session_requested: ofSession('instant'),
  // Nobody moves a session in the monolith.
  session_rescheduled: ofChoice(Session, SAMPLE, { ...told('instant', true), ...onSession }),
  session_accepted: ofSession('instant'),
  session_declined: ofSession('instant'),
  session_scheduled: ofSession('off'),
  session_in_progress: ofSession('off'),
  session_completed: ofSession('off'),
  session_cancelled: ofSession('instant'),
  session_reminder: ofChoice(
    Type.Object({ sessionId: Type.String(), startsAt: Type.String() }),
    { sessionId: SAMPLE.sessionId, startsAt: SAMPLE.startsAt },
    { ...told('instant', true), ...onSession },
  ),
  session_disputed: ofChoice(
    Type.Object({ sessionId: Type.String(), decidesAt: Type.String() }),
    { sessionId: SAMPLE.sessionId, decidesAt: SAMPLE.startsAt },
    { ...told('instant', true), ...AS_MONOLITH, ...onSession },
  ),
  session_decided: ofChoice(
    Type.Object({ sessionId: Type.String(), outcome: Type.String() }),
    { sessionId: SAMPLE.sessionId, outcome: 'SPLIT' },
    { ...told('instant', true), ...AS_MONOLITH, ...onSession },
  ),
  calendar_lost: ofChoice(
    Type.Object({ provider: Type.String() }),
    { provider: 'google' },
    { ...told('instant', false), page: () => '/calendars' },
  ),
  credits_added: ofChoice(
    Type.Object({ credits: Credits, reason: Type.String() }),
    { credits: 100, reason: 'PURCHASE' },
    { ...told('instant', false), ...AS_MONOLITH, ...ofWallet },
  ),
  credits_received: ofChoice(
    Type.Object({ credits: Credits, fee: Credits }),
    { credits: 38, fee: 2 },
    { ...told('daily', false), ...ofWallet },
  ),
  credits_released: ofChoice(
    Type.Object({ credits: Credits }),
    { credits: 40 },
    { ...told('off', false), ...ofWallet },
  ),
  news: news({ link: 'https://skillswap.example/news' }),
  digest: digest({ line: 'You have earned 38 credits.' }, '/notifications'),
} satisfies Record<string, KindDefinition>;

export type Kind = keyof typeof kinds;

/** As which of them people choose about what a row of the monolith tells; undefined: it is in the app alone. */
export function kindOfRow(kind: string): Kind | undefined {
  return Object.hasOwn(kinds, kind) ? (kind as Kind) : undefined;
}
