export { type BaseConfig, ConfigError, readConfig } from './config.ts';
export {
  defineService,
  type RunningService,
  type Service,
  type ServiceContext,
  type ServiceDefinition,
} from './define.ts';
export { type Answer, answerErrors, defineErrors, problemAnswer, ServiceError } from './errors.ts';
export {
  bearerToken,
  createTokenVerifier,
  type Principal,
  TokenError,
  type TrustedIssuer,
} from './tokens.ts';
export type { ServiceApp, TypeBoxTypeProvider } from './types.ts';
