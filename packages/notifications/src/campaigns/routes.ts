import { Nullable, Timestamp } from '@banyan/monolith/api';
import { withTransaction } from '@banyan/postgres';
import { defineErrors, keyset, Page, PageQuery, type ServiceApp } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { after, CAMPAIGN_STATES, type CampaignState, type CampaignStep } from '../api/campaigns.ts';
import { audienceOf, CampaignWords, LOCALES, newCampaignOf } from '../api/index.ts';
import type { RoutesHost } from '../routes-host.ts';
import { shown } from '../templates/routes.ts';
import * as store from './store.ts';

const errors = defineErrors({
  CAMPAIGN_NOT_FOUND: [404, 'There is no such campaign.'],
  NOT_FROM_THERE: [409, 'The campaign cannot do this in its state.'],
});

const Counts = Type.Unsafe<Record<string, number>>({
  type: 'object',
  additionalProperties: { type: 'integer' },
  description: 'Messages by their state.',
});
const CampaignId = Type.Object({ id: Type.String({ format: 'uuid' }) });
const Step = Type.Unsafe<CampaignStep>({ type: 'string', enum: ['start', 'pause', 'cancel'] });

const newest = keyset([
  { column: 'created_at', type: 'timestamptz', descending: true },
  { column: 'id', type: 'uuid' },
]);

type NewCampaign = Omit<Static<ReturnType<typeof newCampaignOf>>, 'audience'> & { audience: store.Audience };

/** Mails to all who have asked for news, for administrators: no faster than they say, paused and cancelled at any moment. */
export function campaignRoutes(app: ServiceApp, { pool, system, access, own }: RoutesHost): void {
  const config = access.admin;
  const NewCampaign = newCampaignOf(system.people.id);
  const Campaign = Type.Object({
    id: Type.String({ format: 'uuid' }),
    name: Type.String(),
    state: Type.Unsafe<CampaignState>({ type: 'string', enum: [...CAMPAIGN_STATES] }),
    words: CampaignWords,
    link: Nullable<string>(Type.String()),
    audience: audienceOf(system.people.id),
    per_minute: Type.Integer(),
    created_at: Timestamp,
  });

  app.post(
    `${own}/campaigns`,
    { ...config(422), schema: { body: NewCampaign, response: { 201: Campaign } } },
    async (request, reply) => {
      const { words: given, link = null, ...rest } = request.body as NewCampaign;
      const words = { ...given, short: '' };
      const parameters = link === null ? {} : { link };
      for (const locale of LOCALES) await shown(system, 'news', words, { locale, zone: 'UTC', parameters });
      const createdBy = access.callerOf(request);
      return await reply
        .code(201)
        .send(await store.insertCampaign(pool, { ...rest, words, link, createdBy }));
    },
  );

  app.get(
    `${own}/campaigns`,
    { ...config(), schema: { querystring: PageQuery, response: { 200: Page(Campaign) } } },
    async (request) => await newest.page<store.Campaign>(pool, { text: store.CAMPAIGNS }, request.query),
  );

  app.get(
    `${own}/campaigns/:id`,
    {
      ...config(404),
      schema: {
        params: CampaignId,
        response: { 200: Type.Object({ ...Campaign.properties, messages: Counts }) },
      },
    },
    async ({ params: { id } }) => {
      const campaign = await store.findCampaign(pool, id);
      if (!campaign) throw errors('CAMPAIGN_NOT_FOUND');
      return { ...campaign, messages: await store.countsOf(pool, id) };
    },
  );

  app.post(
    `${own}/campaigns/:id/:step`,
    {
      ...config(404, 409),
      schema: { params: Type.Object({ ...CampaignId.properties, step: Step }), response: { 200: Campaign } },
    },
    async ({ params: { id, step } }) =>
      await withTransaction(pool, async (tx) => {
        const campaign = await store.lockCampaign(tx, id);
        if (!campaign) throw errors('CAMPAIGN_NOT_FOUND');
        const state = after(campaign.state, step);
        if (!state) throw errors('NOT_FROM_THERE', { fields: { state: campaign.state } });
        if (state !== campaign.state) await store.setState(tx, id, state);
        return { ...campaign, state };
      }),
  );
}
