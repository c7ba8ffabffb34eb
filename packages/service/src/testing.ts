export { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from './telemetry/otlp-receiver.ts';
