import { type Context, context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';

let carried = false;

/** Contexts follow asynchronous calls, and W3C headers carry them to other processes. Once per process. */
export function carryContexts(): void {
  if (carried) return;
  carried = true;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
}

/** A context with one value more than the one before it. The API's own copies all of them, at each step. */
export class ChainedContext implements Context {
  readonly #before: Context;
  readonly #key: symbol;
  readonly #value: unknown;

  constructor(before: Context, key: symbol, value: unknown) {
    this.#before = before;
    this.#key = key;
    this.#value = value;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#before.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new ChainedContext(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return new ChainedContext(this, key, undefined);
  }
}
