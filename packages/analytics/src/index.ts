/** What the analytics service of a system is made of: it states an `AnalyticsSystem`, and what is made of which event. README.md has what holds. */
export { noteHeard } from './overview/heard.ts';
export { type Calculated, type Overviews, overview } from './overview/overview.ts';
export { personalTables } from './personal-data.ts';
export { completeSince, type Product, productMetrics } from './products/products.ts';
export { productRoutes } from './products/routes.ts';
export type { ReportContent } from './reports/content.ts';
export type { Cell } from './reports/csv.ts';
export { reports } from './reports/part.ts';
export { analyticsRoutes } from './routes.ts';
export { analyticsTables } from './schema.ts';
export { periodOf, type Unit } from './series/calendar.ts';
export { type Point, seriesOf } from './series/series.ts';
export type { Documents } from './store/documents.ts';
export { documents } from './store/part.ts';
export type { AnalyticsSystem, Moments, UserId } from './system.ts';
