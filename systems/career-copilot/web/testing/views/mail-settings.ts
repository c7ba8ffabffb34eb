import { withMail } from '../mail-service.ts';
import type { View } from '../views.ts';

const PATH = '/settings/mail';

const views: readonly View[] = [
  { name: 'mail', path: PATH, who: 'newcomer', given: withMail },
  { name: 'mail-not-yet', path: PATH, who: 'newcomer' },
  {
    name: 'mail-none',
    path: PATH,
    who: 'newcomer',
    given: async (answers) => {
      await withMail(answers);
      await answers.refuse('GET /integrations/mail/address', { status: 404, code: 'ADDRESS_NOT_FOUND' });
    },
    afterwards: (page) => page.getByRole('button', { name: 'Get an address' }).waitFor(),
  },
  {
    name: 'mail-proposal',
    path: `${PATH}?proposal=3`,
    who: 'newcomer',
    given: withMail,
    afterwards: (page) => page.getByText('Of which application?').waitFor(),
  },
];

export default views;
