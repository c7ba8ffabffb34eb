import { checkViews, WORK } from './testing/check-views.ts';

await checkViews((area) => WORK.includes(area));
