export { type Answer, good, type Json, request } from '@banyan/harness/testing';
