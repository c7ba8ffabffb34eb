/** What tests of services have around a service: its variables, a gateway, and requests. */
export { type GatewayDouble, startGatewayDouble } from './gateway-double.ts';
export { type Answer, good, type Json, request } from './request.ts';
export { OF_TESTS, variablesOf } from './variables.ts';
