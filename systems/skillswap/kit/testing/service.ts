export { type Answer, type Json, request, variablesOf } from '@banyan/harness/testing';
