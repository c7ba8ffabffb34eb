import { type Static, Type } from 'typebox';
import { CampaignWords, LOCALES, NewCampaign } from '../../../../api/notifications.ts';
import type { Answer } from '../../api/index.ts';

export const CAMPAIGNS = 'GET /api/v1/notifications/campaigns';
export const CAMPAIGN = 'GET /api/v1/notifications/campaigns/{id}';
export type Campaign = Answer<typeof CAMPAIGNS>['items'][number];

const { name, link, per_minute } = NewCampaign.properties;
const { subject, body, action } = CampaignWords.properties;

/** What is entered of a campaign. */
export const CampaignFields = Type.Object({
  name,
  subject,
  body,
  action: Type.Optional(action),
  link,
  locales: Type.Array(Type.Unsafe<(typeof LOCALES)[number]>({ type: 'string', enum: [...LOCALES] })),
  /** Numbers of accounts, as somebody writes them: `1, 2 3`. Empty: all. */
  only: Type.Optional(Type.String({ maxLength: 10_000, pattern: '^[\\s,;]*(\\d{1,10}[\\s,;]*)*$' })),
  per_minute,
});
export type CampaignFields = Static<typeof CampaignFields>;
export type CampaignEntry = Omit<CampaignFields, 'only' | 'link' | 'action'> & {
  only: string;
  link: string;
  action: string;
};

export const FRESH: CampaignEntry = {
  name: '',
  subject: '',
  body: '',
  action: '',
  link: '',
  locales: [],
  only: '',
  per_minute: 60,
};

/** As the API takes it. */
export function campaignOf({
  name,
  subject,
  body,
  action = '',
  link,
  locales,
  only,
  per_minute,
}: CampaignFields): NewCampaign {
  const ids = [...new Set((only ?? '').match(/\d+/g)?.map(Number))];
  return {
    name,
    words: { subject, body, action },
    ...(link ? { link } : {}),
    audience: {
      ...(locales.length === 0 ? {} : { locales }),
      ...(ids.length === 0 ? {} : { user_ids: ids }),
    },
    per_minute,
  };
}
