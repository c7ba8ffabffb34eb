/** What tests of services have around a service: its variables and requests. The gateway's double, which benchmarks have too, is `@banyan/harness/gateway-double`. */
export { type ServiceProcess, startProcess } from './process.ts';
export { type Answer, good, type Json, request } from './request.ts';
export { OF_TESTS, variablesOf } from './variables.ts';
