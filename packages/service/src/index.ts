export { type BaseConfig, ConfigError, readConfig } from './config.ts';
export {
  defineService,
  type RunningService,
  type Service,
  type ServiceContext,
  type ServiceDefinition,
} from './define.ts';
export { type Answer, answerErrors, defineErrors, problemAnswer, ServiceError } from './errors.ts';
export { type Operation, type OperationAnswer, type OperationInput, operation } from './operation.ts';
export type { PartHost, ServicePart, StartedPart } from './part.ts';
export type { Parts, ProvidedBy } from './parts.ts';
export { currentCohort, inSpan, SpanKind, type TraceCarrier, traceCarrier } from './telemetry/trace.ts';
export {
  bearerToken,
  createTokenVerifier,
  type Principal,
  TokenError,
  type TrustedIssuer,
} from './tokens.ts';
export type { ServiceApp, TypeBoxTypeProvider } from './types.ts';
