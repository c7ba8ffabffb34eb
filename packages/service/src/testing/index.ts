export { createServiceTokens } from '../auth/service-tokens.ts';
export { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '../telemetry/testing/otlp-receiver.ts';
export { type ClamdDouble, startClamdDouble } from '../virus-scan/testing/clamd-double.ts';
export { type OpenEvents, openEvents } from './open-events.ts';
