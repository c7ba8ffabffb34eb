import { checkViews } from './testing/check-views.ts';

await checkViews('settings');
