import { add } from '@banyan/banyan';
import { routeList as calendarRoutes } from '@banyan/calendars/routes';
import { routeList as connectionRoutes } from '@banyan/connections/routes';
import { MAIL_BYTES, RESUME_BYTES } from '../../api/bodies.ts';
import { API } from '../../api/common.ts';
import { ACCEPTED, urlOf } from '../../kit/plan.ts';

const FIRST = `${API}/integrations`;
const HOOK = `${FIRST}/webhooks/:id`;
const ofUser = (...routes: string[]) => routes.map((route) => ({ route, key: 'token.sub' }) as const);

const ofStrangers = (...routes: string[]) =>
  routes.map((route) => ({ route, key: 'none', auth: 'none' }) as const);

/** integrations was never part of the monolith: its routes are new, and it takes over no table. */
export default add({
  url: urlOf('integrations'),
  accepts: ACCEPTED,
  module: import.meta.resolve('./main.ts'),
  routes: [
    ...ofUser(
      `GET ${FIRST}/webhooks/types`,
      `POST ${FIRST}/webhooks`,
      `GET ${FIRST}/webhooks`,
      `GET ${HOOK}`,
      `PATCH ${HOOK}`,
      `DELETE ${HOOK}`,
      `POST ${HOOK}/secret`,
      `POST ${HOOK}/test`,
      `GET ${HOOK}/deliveries`,
      `GET ${HOOK}/deliveries/:delivery`,
      `POST ${HOOK}/deliveries/:delivery/replay`,
      `POST ${HOOK}/replay`,
      `POST ${FIRST}/sources`,
      `GET ${FIRST}/sources`,
      `DELETE ${FIRST}/sources/:id`,
      `GET ${FIRST}/sources/:id/receipts`,
      `GET ${FIRST}/sources/:id/receipts/:receipt/body`,
      ...connectionRoutes(FIRST),
      ...calendarRoutes(FIRST, { reads: true }),
      `POST ${FIRST}/interviews`,
      `GET ${FIRST}/interviews`,
      `PATCH ${FIRST}/interviews/:id`,
      `DELETE ${FIRST}/interviews/:id`,
      `GET ${FIRST}/mail/address`,
      `PUT ${FIRST}/mail/address`,
      `POST ${FIRST}/mail/address/rotate`,
      `DELETE ${FIRST}/mail/address`,
      `GET ${FIRST}/mail/proposals`,
      `GET ${FIRST}/mail/proposals/:id`,
      `POST ${FIRST}/mail/proposals/:id/confirm`,
      `POST ${FIRST}/mail/proposals/:id/dismiss`,
    ),
    { route: `POST ${FIRST}/resume`, key: 'token.sub', bodyBytes: RESUME_BYTES },
    ...ofStrangers(`POST ${FIRST}/receive/:token`),
    { route: `POST ${FIRST}/mail/receive`, key: 'none', auth: 'none', bodyBytes: MAIL_BYTES },
  ],
});
