export { until } from '@banyan/postgres/until';
