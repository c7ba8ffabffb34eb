import { withConnections } from '../connections-service.ts';
import type { View } from '../views.ts';

const PATH = '/settings/connections';

const views: readonly View[] = [
  { name: 'connections', path: PATH, who: 'newcomer', given: withConnections },
  { name: 'connections-not-yet', path: PATH, who: 'newcomer' },
  {
    name: 'connections-none',
    path: PATH,
    who: 'newcomer',
    given: async (answers) => {
      await withConnections(answers);
      await answers.instead('GET /integrations/connections', { connections: [] });
    },
  },
  {
    name: 'connections-calendars',
    path: PATH,
    who: 'newcomer',
    given: withConnections,
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Calendars of Google' }).click();
      await page.getByRole('switch', { name: 'Family' }).waitFor();
    },
  },
  {
    name: 'connections-server',
    path: PATH,
    who: 'newcomer',
    given: withConnections,
    afterwards: async (page) => {
      await page.getByRole('button', { name: 'Connect a calendar server' }).click();
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByText('Enter this.').first().waitFor();
    },
  },
  {
    name: 'connections-refused',
    path: `${PATH}/callback?error=access_denied&state=1`,
    who: 'newcomer',
    given: async (answers) => {
      await withConnections(answers);
      await answers.refuse('/integrations/connections/complete', { status: 422, code: 'PROVIDER_REFUSED' });
    },
    afterwards: (page) => page.getByText('The account was not connected').waitFor(),
  },
];

export default views;
