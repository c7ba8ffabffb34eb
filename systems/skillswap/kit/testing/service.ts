export { type Answer, request, variablesOf } from '@banyan/harness/testing';
