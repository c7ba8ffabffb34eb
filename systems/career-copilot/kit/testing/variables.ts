export { OF_TESTS, variablesOf } from '@banyan/harness/testing';
