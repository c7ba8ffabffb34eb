import type { Person } from '@banyan/ui/testing';
import type { Route } from 'playwright-core';
import { API } from '../../api/common.ts';
import { ApiError, type ApiErrorCode, legacyAnswer } from '../../kit/legacy-errors.ts';

/** Which requests: the path below the API, or all of it (`/api/v2/applications`), `*` for anything in it but a slash, with any query; a method before it: of that method only (`GET /jobs`). */
type Path = string;

type Refusal = {
  status: number;
  /** Of a problem document (RFC 9457), as services and the gateway answer. Left out: an answer without a body. */
  code?: string;
  detail?: string;
  /** Seconds. */
  retryAfter?: number;
};

/** What the API answers somebody's pages instead of the truth: for states that no real system can be asked to be in. */
export type Answers = {
  /** This body, 200. `times`: then what was answered before, or the truth. */
  instead(path: Path, body: unknown, times?: number): Promise<void>;
  /** An error, by its code as the legacy API answers it, or as a problem. */
  refuse(path: Path, error: ApiErrorCode | Refusal, times?: number): Promise<void>;
  /** No answer before the returned function is called; what waits then goes through. */
  hold(path: Path): Promise<() => void>;
  /** The connection breaks. */
  breakOff(path: Path, times?: number): Promise<void>;
};

export function answersOf({ context, allow }: Person): Answers {
  const on = async (
    path: Path,
    answer: (route: Route) => Promise<unknown>,
    times = Number.POSITIVE_INFINITY,
  ) => {
    const [below, method] = path.split(' ').reverse() as [string, string?];
    let left = times;
    await context.route(
      (url) => matches(below, url),
      async (route) => {
        const isMeant = method === undefined || method === route.request().method();
        if (!isMeant || left-- <= 0) return await route.fallback();
        await answer(route);
      },
    );
  };
  return {
    instead: (path, body, times) => on(path, (route) => route.fulfill({ json: body }), times),
    async refuse(path, error, times) {
      const answer = answerOf(error);
      allow(new RegExp(`^${answer.status} `));
      await on(path, (route) => route.fulfill(answer), times);
    },
    async breakOff(path, times) {
      allow(/^net::ERR_CONNECTION_RESET /);
      await on(path, (route) => route.abort('connectionreset'), times);
    },
    async hold(path) {
      const { promise, resolve } = Promise.withResolvers<void>();
      await on(path, async (route) => {
        await promise;
        // Whoever asked may be gone.
        await route.fallback().catch(() => {});
      });
      return resolve;
    },
  };
}

function matches(path: string, { pathname }: URL): boolean {
  const wanted = (path.startsWith('/api/') ? path : `${API}${path}`).split('/');
  const asked = pathname.split('/');
  return wanted.length === asked.length && wanted.every((part, n) => part === '*' || part === asked[n]);
}

function answerOf(error: ApiErrorCode | Refusal): { status: number } & Parameters<Route['fulfill']>[0] {
  if (typeof error === 'string') {
    const { status, headers, body } = legacyAnswer(new ApiError(error));
    return { status, headers, json: body };
  }
  const { status, code, detail = 'Injected by a test.', retryAfter } = error;
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (code === undefined) return { status, headers };
  const type = `urn:problem:${code.toLowerCase().replaceAll('_', '-')}`;
  return {
    status,
    headers,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type, title: code, status, detail, code }),
  };
}
