export { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '../telemetry/testing/otlp-receiver.ts';
