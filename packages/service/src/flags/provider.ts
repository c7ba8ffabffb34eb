import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  StandardResolutionReasons,
} from '@openfeature/server-sdk';
import type { FastifyBaseLogger } from 'fastify';
import { evaluate, type Flag, type FlagValue } from './flag.ts';
import { followFlags } from './stream.ts';

export type FlagsProviderOptions = {
  /** Of the control plane, e.g. http://127.0.0.1:7070. */
  url: string;
  /** The service's own: `banyan config token <service>`. */
  token?: string;
  /** How long a start waits for the first flags, ms. Without them code's own values hold until they come. Default 2,000. */
  firstMs?: number;
  log?: Pick<FastifyBaseLogger, 'info' | 'warn'>;
};

/**
 * OpenFeature provider whose flags are the control plane's. They are streamed, so a change is there as soon as it is made,
 * and evaluated here, so asking costs no call. While the control plane is away the last known ones stay.
 *
 * The context's `targetingKey` is the user id.
 */
export class FlagsProvider implements Provider {
  readonly metadata = { name: 'banyan' };
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  readonly #options: FlagsProviderOptions;
  readonly #closed = new AbortController();
  #flags: ReadonlyMap<string, Flag> = new Map();
  #following: Promise<void> | undefined;
  /** Undefined until the first flags are here. */
  #connected: boolean | undefined;

  constructor(options: FlagsProviderOptions) {
    this.#options = options;
  }

  /** Rejects if there are no flags in time; they are still waited for. */
  initialize(): Promise<void> {
    const { firstMs = 2_000 } = this.#options;
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`no flags from the control plane within ${firstMs} ms`)),
        firstMs,
      );
      this.#following ??= this.#follow(() => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  async onClose(): Promise<void> {
    this.#closed.abort();
    await this.#following;
  }

  async resolveBooleanEvaluation(key: string, fallback: boolean, context: EvaluationContext) {
    return this.#resolve(key, fallback, context);
  }

  async resolveStringEvaluation(key: string, fallback: string, context: EvaluationContext) {
    return this.#resolve(key, fallback, context);
  }

  async resolveNumberEvaluation(key: string, fallback: number, context: EvaluationContext) {
    return this.#resolve(key, fallback, context);
  }

  async resolveObjectEvaluation<T extends JsonValue>(
    _key: string,
    fallback: T,
  ): Promise<ResolutionDetails<T>> {
    return failed(fallback, ErrorCode.TYPE_MISMATCH, 'flags are booleans, strings or numbers');
  }

  #resolve<T extends FlagValue>(
    key: string,
    fallback: T,
    { targetingKey }: EvaluationContext,
  ): ResolutionDetails<T> {
    const flag = this.#flags.get(key);
    if (!flag) return failed(fallback, ErrorCode.FLAG_NOT_FOUND, `there is no flag '${key}'`);
    const { value, variant, reason } = evaluate(flag, { targetingKey });
    if (typeof value === typeof fallback) return { value: value as T, variant, reason };
    return failed(fallback, ErrorCode.TYPE_MISMATCH, `'${key}' is a ${typeof value}`);
  }

  #follow(first: () => void): Promise<void> {
    const { log } = this.#options;
    return followFlags(
      { url: this.#options.url, token: this.#options.token },
      {
        flags: ({ flags, wrong, revision }) => {
          const flagsChanged = changedKeys(this.#flags, flags);
          // What makes no sense does not replace what did.
          for (const key of wrong) if (this.#flags.has(key)) flags.set(key, this.#flags.get(key)!);
          if (wrong.length > 0) log?.warn({ flags: wrong }, 'flags that make no sense are passed over');
          this.#flags = flags;
          if (this.#connected !== true) {
            log?.info({ revision, flags: flags.size }, 'flags are here');
            this.#connected = true;
            first();
            this.events.emit(ProviderEvents.Ready);
          }
          if (flagsChanged.length > 0)
            this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
        },
        away: (error) => {
          if (this.#connected === false) return;
          log?.warn({ err: error }, 'no connection to the control plane; flags stay as they are');
          // Never connected is not stale: `initialize` tells.
          if (this.#connected) this.events.emit(ProviderEvents.Stale);
          this.#connected = this.#connected === undefined ? undefined : false;
        },
      },
      this.#closed.signal,
    );
  }
}

function changedKeys(before: ReadonlyMap<string, Flag>, after: ReadonlyMap<string, Flag>): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)));
}

function failed<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage };
}
