export { goTo, noConflicts, verified } from '@banyan/harness/testing/system';
