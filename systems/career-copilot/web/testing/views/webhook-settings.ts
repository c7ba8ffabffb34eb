import type { View } from '../views.ts';
import { withWebhooks } from '../webhooks-service.ts';

const PATH = '/settings/webhooks';
const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';

const views: readonly View[] = [
  { name: 'webhooks', path: PATH, who: 'newcomer', given: (answers) => withWebhooks(answers) },
  { name: 'webhooks-not-yet', path: PATH, who: 'newcomer' },
  {
    name: 'webhooks-none',
    path: PATH,
    who: 'newcomer',
    given: (answers) => withWebhooks(answers, { webhooks: 0 }),
  },
  {
    name: 'webhooks-one',
    path: PATH,
    who: 'newcomer',
    given: (answers) => withWebhooks(answers, { webhooks: 1 }),
  },
  {
    name: 'webhooks-new',
    path: PATH,
    who: 'newcomer',
    given: (answers) => withWebhooks(answers),
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'New webhook' }).click();
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.getByText('Enter this.').waitFor();
    },
  },
  {
    name: 'webhooks-secret',
    path: PATH,
    who: 'newcomer',
    given: async (answers) => {
      await withWebhooks(answers);
      await answers.instead('POST /integrations/webhooks', { id: 7, secret: SECRET });
    },
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'New webhook' }).click();
      await page.getByLabel('Address').fill('https://hooks.example.com/career');
      await page.getByRole('button', { name: 'Make it' }).click();
      await page.getByText(SECRET).waitFor();
    },
  },
  { name: 'webhook', path: `${PATH}/7`, who: 'newcomer', given: (answers) => withWebhooks(answers) },
  {
    name: 'webhook-given-up',
    path: `${PATH}/9?state=dead`,
    who: 'newcomer',
    given: (answers) => withWebhooks(answers, { deliveries: 0 }),
  },
  {
    name: 'webhook-many',
    path: `${PATH}/7`,
    who: 'newcomer',
    given: (answers) => withWebhooks(answers, { deliveries: 500 }),
  },
  {
    name: 'webhook-delivery',
    path: `${PATH}/7?delivery=898`,
    who: 'newcomer',
    given: (answers) => withWebhooks(answers),
    afterwards: (page) => page.getByText('Answered 503').waitFor(),
  },
  {
    name: 'webhook-replay',
    path: `${PATH}/7`,
    who: 'newcomer',
    given: (answers) => withWebhooks(answers),
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Send again …' }).click();
      await page.getByText('What has arrived, too').waitFor();
    },
  },
  {
    name: 'webhook-gone',
    path: `${PATH}/404`,
    who: 'newcomer',
    given: async (answers) => {
      await withWebhooks(answers);
      await answers.refuse('/integrations/webhooks/404', { status: 404, code: 'WEBHOOK_NOT_FOUND' });
    },
    afterwards: (page) => page.getByText('There is no such webhook').waitFor(),
  },
];

export default views;
