import type { Dispatcher } from 'undici';
import { CallError, type CallErrorCode, type RemoteProblem } from './errors.ts';
import type { Attempt, Verdict } from './lane.ts';
import type { Operation } from './operation.ts';

/** An operation that is called, with what does not change from call to call worked out. */
export type Callable = {
  name: string;
  operation: Operation;
  /** Whether a value is what the operation promises as its answer. */
  check: ((value: unknown) => boolean) | undefined;
};

/** One request as it is sent. */
type Sent = {
  origin: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  answerBytes: number;
};

/** One HTTP exchange. Never throws: every way that it may end in is an `Attempt`. */
export async function exchange(
  agent: Dispatcher,
  { name, operation, check }: Callable,
  { origin, path, headers, body, answerBytes }: Sent,
  signal: AbortSignal,
): Promise<Attempt<unknown>> {
  const about = { service: operation.service, operation: name };
  const fail = (
    code: CallErrorCode,
    verdict: Verdict,
    reason: string,
    more: { problem?: RemoteProblem; cause?: unknown; unsent?: boolean } = {},
  ): Attempt<unknown> => {
    const { unsent = false, ...rest } = more;
    return { error: new CallError(code, { ...about, reason, ...rest }), unsent, verdict };
  };
  try {
    const { method } = operation;
    const answer = await agent.request({ origin, path, method, headers, body, signal });
    const { statusCode: status } = answer;
    const text = await readText(answer.body, answerBytes);
    if (text === undefined) return fail('BAD_ANSWER', 'broken', `the answer is larger than ${answerBytes} B`);
    const type = String(answer.headers['content-type'] ?? '');
    if (status >= 200 && status < 300) {
      if (!check) return { answer: undefined };
      const value = isJson(type) ? parse(text) : undefined;
      if (value !== undefined && check(value)) return { answer: value };
      return fail(
        'BAD_ANSWER',
        'broken',
        `the answer to ${method} ${operation.path} does not match its schema`,
      );
    }
    const problem = readProblem(status, isJson(type) ? parse(text) : undefined);
    const reason = `${method} ${operation.path} was answered by ${status}${problem.code ? ` ${problem.code}` : ''}`;
    if (status === 502 || status === 503 || status === 504) {
      return fail('UNAVAILABLE', 'broken', reason, { problem });
    }
    if (status >= 500) return fail('FAILED', 'broken', reason, { problem });
    if (status >= 400) return fail('REFUSED', 'alive', reason, { problem });
    return fail('BAD_ANSWER', 'broken', `${reason}; redirections are not followed`);
  } catch (cause) {
    if (signal.aborted) return fail('DEADLINE', 'broken', 'no answer in time', { cause });
    const code = (cause as { code?: string }).code ?? '';
    return fail('UNAVAILABLE', 'broken', `${origin} is not reached: ${code || String(cause)}`, {
      cause,
      unsent: NEVER_CONNECTED.has(code),
    });
  }
}

/** The connection was never there, so nothing of the request can have arrived. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Undefined when it is longer than allowed; the connection is given up then. */
async function readText(body: Dispatcher.ResponseData['body'], limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    // Leaving the loop destroys the stream.
    if (size > limit) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

function isJson(type: string): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(type);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readProblem(status: number, body: unknown): RemoteProblem {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { status, members: {} };
  const members = body as Record<string, unknown>;
  const { code, detail } = members;
  return {
    status,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof detail === 'string' ? { detail } : {}),
    members,
  };
}
