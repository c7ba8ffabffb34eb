export { RecentMap } from '@banyan/cohort/recent-map';
export type { Access } from './auth/access.ts';
export { type Allow, owner, type Predicate, role, service, signedIn } from './auth/allow.ts';
export { principalOf } from './auth/authenticate.ts';
export { GatewayConfig, gatewayIssuer } from './auth/gateway-issuer.ts';
export { createPasswords, type PasswordHasher, type Passwords } from './auth/passwords.ts';
export { createServiceKey } from './auth/service-tokens.ts';
export {
  CLIENT_TOKEN_SECONDS,
  publicKeysAt,
  type TokenSigner,
  tokenSigner,
} from './auth/signing/token-signer.ts';
export {
  bearerToken,
  createTokenVerifier,
  type Principal,
  TokenError,
  type TokenVerifier,
  type TrustedIssuer,
} from './auth/tokens.ts';
export { asOfNow } from './background/as-of-now.ts';
export { type LeasedQueue, type LeasedWork, leasedQueue } from './background/leased-queue.ts';
export { type Leased, type LeasedRows, type LeasedTable, leasedRows } from './background/leased-rows.ts';
export { type RepeatedWork, repeatedWork, type Task } from './background/repeated-work.ts';
export { growingPauses, pauseAfterAttempt, type Retries } from './background/retries.ts';
export { type Signals, signals } from './background/signals.ts';
export { createBulkhead } from './client/bulkhead.ts';
export {
  type CallOptions,
  type ClientOptions,
  type InstanceSource,
  type ServiceClient,
  serviceClient,
} from './client/client.ts';
export { CallError, type CallErrorCode, type RemoteProblem } from './client/errors.ts';
export { type Handler, implement } from './client/implement.ts';
export { POLICY, type PolicyChanges } from './client/lane.ts';
export { type Operation, type OperationAnswer, type OperationInput, operation } from './client/operation.ts';
export { type CallsOptions, calls } from './client/part.ts';
export { type CallScope, callScope, carryScope, inCallScope, remainingMs } from './client/scope.ts';
export { type BaseConfig, ConfigError, describeConfig, readConfig } from './config/config.ts';
export { loadConfig } from './config/config-sources.ts';
export { registryAt } from './discovery/address.ts';
export { createDiscovery, type Discovery, type Instance, type Registry } from './discovery/discovery.ts';
export { discovery } from './discovery/part.ts';
export { keepRegistered, type Registration } from './discovery/registration.ts';
export { type EncryptedColumns, encryptedColumns, encryptOlder } from './encryption/encrypted-columns.ts';
export {
  createEncryption,
  type Encryption,
  EncryptionConfig,
  EncryptionError,
} from './encryption/encryption.ts';
export { type ExpiringLinks, expiringLinks } from './encryption/expiring-links.ts';
export { createSignatures, type Signatures } from './encryption/signatures.ts';
export { downloadHeaders } from './files/download.ts';
export type { FileDrop } from './files/drop.ts';
export { fileDrop, files } from './files/part.ts';
export type { FileStore } from './files/store.ts';
export { takeIn } from './files/take-in.ts';
export { flags } from './flags/part.ts';
export { FlagsProvider, type FlagsProviderOptions } from './flags/provider.ts';
export { answerErrors } from './http/answers.ts';
export { type Answer, defineErrors, problemAnswer, ServiceError } from './http/errors.ts';
export { etagOf, ifMatch, preconditionFailed, tag } from './http/etag.ts';
export { type EventStream, type EventStreams, eventStreams, type ServerEvent } from './http/event-streams.ts';
export { mediaOf } from './http/media.ts';
export { Page, PageQuery } from './http/page-query.ts';
export { type Keyset, keyset, type OrderColumn } from './http/pages.ts';
export { type Spelling, spelled, spellRoutes } from './http/spelling.ts';
export type { ServiceApp, TypeBoxTypeProvider } from './http/types.ts';
export { isZone } from './http/zones.ts';
export { idempotency, type Once, type Outcome } from './idempotency/idempotency.ts';
export { type Limit, withinLimit } from './key-value/limit.ts';
export { keyValues } from './key-value/part.ts';
export type { KeyValueStore } from './key-value/store.ts';
export { defineService } from './lifecycle/define.ts';
export type { RunningService, Service, ServiceContext, ServiceDefinition } from './lifecycle/definition.ts';
export {
  counter,
  createMetrics,
  distribution,
  gauge,
  type Metrics,
  type MetricTable,
  timer,
} from './metrics/business.ts';
export { joinName, splitName } from './names.ts';
export { isPublic, type MayConnect, NOT_PUBLIC, publicAnd } from './outbound/networks.ts';
export { outboundAgent } from './outbound/outbound-agent.ts';
export { networksIn } from './outbound/part.ts';
export { urlProblem } from './outbound/url-problem.ts';
export type { PartHost, ServicePart, StartedPart, Taken } from './parts/part.ts';
export type { Parts, ProvidedBy } from './parts/parts.ts';
export { erasePerson } from './personal-data/erase.ts';
export { Erasure, personalDataOperations } from './personal-data/operations.ts';
export { personalData, personalDataRoutes } from './personal-data/part.ts';
export {
  archiveOf,
  eraseTables,
  type PersonalTable,
  type PersonalTables,
  unsaidOf,
} from './personal-data/tables.ts';
export { linksBringRows } from './share/links.ts';
export { isWriter, mayWriteRows, whyNotWriter } from './share/writer.ts';
export { currentCohort, inSpan, SpanKind, type TraceCarrier, traceCarrier } from './telemetry/trace.ts';
export { inThread } from './threads/in-thread.ts';
export { virusScan } from './virus-scan/part.ts';
export type { Scanner } from './virus-scan/scanner.ts';
