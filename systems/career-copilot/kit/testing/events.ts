export { eventOf, hear, said } from '@banyan/harness/testing/events';
