import { withNotifications, withTrials } from '../notifications-service.ts';
import type { View } from '../views.ts';

const PATH = '/settings/notifications';

const views: readonly View[] = [
  { name: 'notifications', path: PATH, who: 'newcomer', given: withNotifications },
  {
    name: 'notifications-in-app-alone',
    path: PATH,
    who: 'newcomer',
    given: async (answers) => {
      await withNotifications(answers);
      await answers.instead('/notifications/channels', { channels: ['in_app'] });
    },
  },
  { name: 'notifications-not-yet', path: PATH, who: 'newcomer' },
  {
    name: 'notifications-phone',
    path: PATH,
    who: 'newcomer',
    given: withNotifications,
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Add a number' }).click();
      await page.getByLabel('Telephone number').fill('0151 12345678');
      await page.getByRole('button', { name: 'Send a code' }).click();
      await page.getByText('This is no number with its country').waitFor();
    },
  },
  {
    name: 'notifications-tests',
    path: PATH,
    who: 'newcomer',
    given: async (answers) => {
      await withNotifications(answers);
      await answers.instead('GET /notifications/phone', { number: '+4915112345678', confirmed: true });
      await withTrials(answers, { state: 'sent' });
      await answers.refuse('POST /notifications/channels/sms/test', { status: 429, code: 'TOO_MANY_TRIALS' });
    },
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Send me a test: E-mail' }).click();
      await page.getByText('It was sent: look whether it is there').waitFor();
      await page.getByRole('button', { name: 'Send me a test: SMS' }).click();
      await page.getByText('The test was not sent.').waitFor();
    },
  },
];

export default views;
