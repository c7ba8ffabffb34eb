import type { ResolvedPlan } from '@banyan/plan';
import type { Target } from '@banyan/plan/stages';
import type { Flag, Setting } from '@banyan/service/settings';
import { request } from 'undici';
import {
  type Control,
  ControlError,
  type DatabasesReport,
  type FailureRecord,
  type MismatchRecord,
  type PlannedStep,
  type ServiceStatus,
  type StepRecord,
  type VerificationRun,
} from '../control/control.ts';
import type { Settings, StoredFlag } from '../settings/settings.ts';
import { fromProblem } from './problem.ts';
import { writeTarget } from './target.ts';

/** How long the control plane may take for one answer, ms. */
const ANSWER_MS = 15_000;

/** Origin of a plan's control plane as a client on the same machine reaches it. */
export function controlOrigin({ control }: ResolvedPlan): string {
  const { host, port } = control;
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * A control plane reached over its HTTP API. Every method rejects with ControlError: the control plane's own, or
 * `unreachable`, `no_answer` or `not_banyan` (status 0) when there was no answer to speak of.
 */
export class ControlClient implements Control, Settings {
  readonly #origin: string;
  readonly #token: string | null;
  readonly #whyAbsent: () => { message: string; hint: string } | null;

  /** `whyAbsent`: asked when nothing listens there. */
  constructor(
    origin: string,
    token: string | null,
    whyAbsent: () => { message: string; hint: string } | null = () => null,
  ) {
    this.#origin = origin;
    this.#token = token;
    this.#whyAbsent = whyAbsent;
  }

  status(): ReturnType<Control['status']> {
    return this.#call('GET', '/v1/status');
  }

  databases(service: string | null): Promise<DatabasesReport> {
    return this.#call('GET', `/v1/databases${query({ service })}`);
  }

  plan(service: string | null, target: Target | null): Promise<Record<string, PlannedStep[]>> {
    return this.#call('GET', `/v1/plan${query({ service, to: target && writeTarget(target) })}`);
  }

  advance(
    service: string,
    target: Target | null,
    { force }: { force?: boolean } = {},
  ): Promise<ServiceStatus> {
    const body = { ...(target ? { to: writeTarget(target) } : {}), ...(force ? { force } : {}) };
    return this.#call('POST', `${pathOf(service)}/advance`, body);
  }

  rollback(service: string, reason: string, { force }: { force?: boolean } = {}): Promise<ServiceStatus> {
    return this.#call('POST', `${pathOf(service)}/rollback`, { reason, ...(force ? { force } : {}) });
  }

  pause(service: string, reason: string): Promise<ServiceStatus> {
    return this.#call('POST', `${pathOf(service)}/pause`, { reason });
  }

  resume(service: string): Promise<ServiceStatus> {
    return this.#call('POST', `${pathOf(service)}/resume`, {});
  }

  startVerification(service: string, repair: boolean): Promise<{ id: number }> {
    return this.#call('POST', `${pathOf(service)}/verify`, { repair });
  }

  verification(id: number): Promise<VerificationRun> {
    return this.#call('GET', `/v1/verifications/${id}`);
  }

  mismatches(service: string, limit: number): Promise<MismatchRecord[]> {
    return this.#call('GET', `${pathOf(service)}/mismatches${query({ limit })}`);
  }

  failures(service: string | null, limit: number): Promise<FailureRecord[]> {
    return this.#call('GET', `/v1/failures${query({ service, limit })}`);
  }

  retire(service: string, { force }: { force?: boolean } = {}): Promise<ServiceStatus> {
    return this.#call('POST', `${pathOf(service)}/retire`, { confirm: service, ...(force ? { force } : {}) });
  }

  steps(service: string | null, limit: number): Promise<StepRecord[]> {
    return this.#call('GET', `/v1/steps${query({ service, limit })}`);
  }

  flags(): ReturnType<Settings['flags']> {
    return this.#call('GET', '/v1/flags');
  }

  flag(key: string): Promise<StoredFlag> {
    return this.#call('GET', `/v1/flags/${encodeURIComponent(key)}`);
  }

  setFlag({ key, ...flag }: Flag, version: number | null): Promise<StoredFlag> {
    const body = version === null ? flag : { ...flag, version };
    return this.#call('PUT', `/v1/flags/${encodeURIComponent(key)}`, body);
  }

  async deleteFlag(key: string): Promise<void> {
    await this.#call('DELETE', `/v1/flags/${encodeURIComponent(key)}`);
  }

  config(service: string | null): Promise<Setting[]> {
    return this.#call('GET', `/v1/config${query({ service })}`);
  }

  setConfig(service: string, key: string, value: string): Promise<Setting> {
    return this.#call('PUT', variableOf(service, key), { value });
  }

  async unsetConfig(service: string, key: string): Promise<void> {
    await this.#call('DELETE', variableOf(service, key));
  }

  async #call<T>(method: Method, path: string, body?: object): Promise<T> {
    const answer = await this.#send(method, path, body);
    const parsed = parseJson(answer.text);
    if (answer.status >= 200 && answer.status < 300 && parsed !== undefined) return parsed as T;
    throw (
      fromProblem(parsed) ??
      new ControlError(
        'not_banyan',
        0,
        `what listens at ${this.#origin} does not answer like a control plane (status ${answer.status})`,
        'check control.port in the plan, and what else listens there',
      )
    );
  }

  async #send(method: Method, path: string, body?: object): Promise<{ status: number; text: string }> {
    try {
      const answer = await request(`${this.#origin}${path}`, {
        method,
        headers: {
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (cause) {
      if ((cause as Error).name === 'TimeoutError') {
        throw new ControlError(
          'no_answer',
          0,
          `the control plane at ${this.#origin} has not answered within ${ANSWER_MS / 1000} s`,
          'look into .banyan/logs/controller.log, and whether its database answers',
          { cause },
        );
      }
      const code = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
      const { message, hint } = this.#whyAbsent() ?? {
        message: `no control plane at ${this.#origin} (${code})`,
        hint: 'start it with `banyan up`',
      };
      throw new ControlError('unreachable', 0, message, hint, { cause });
    }
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

function variableOf(service: string, key: string): string {
  return `/v1/config/${encodeURIComponent(service)}/${encodeURIComponent(key)}`;
}

function pathOf(service: string): string {
  return `/v1/services/${encodeURIComponent(service)}`;
}

function query(values: Record<string, string | number | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== null) search.set(name, String(value));
  return search.size === 0 ? '' : `?${search}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
