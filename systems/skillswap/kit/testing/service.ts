export { type Answer, type Json, request, startProcess, variablesOf } from '@banyan/harness/testing';
