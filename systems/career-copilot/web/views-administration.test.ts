import { ADMINISTRATION, checkViews } from './testing/check-views.ts';

await checkViews((area) => ADMINISTRATION.includes(area));
