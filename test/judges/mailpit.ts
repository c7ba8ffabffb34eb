import { findProgram, mailpit } from './programs.ts';
import { freePort, startServer } from './server.ts';

type Summary = { ID: string; MessageID: string; Subject: string; To: { Address: string }[] };

export type Mailpit = {
  smtp: string;
  /** The newest first. */
  messages(): Promise<Summary[]>;
  headers(id: string): Promise<Record<string, string[]>>;
  text(id: string): Promise<{ Text: string; HTML: string }>;
  /** From now on a step of the protocol is answered by this code. */
  fail(step: 'Sender' | 'Recipient', code: number): Promise<void>;
  heal(): Promise<void>;
  stop(): Promise<void>;
};

/** A real SMTP server that keeps what it gets. */
export async function startMailpit(): Promise<Mailpit> {
  const [smtp, http] = [await freePort(), await freePort()];
  const api = `http://127.0.0.1:${http}/api/v1`;
  const listen = ['--smtp', `127.0.0.1:${smtp}`, '--listen', `127.0.0.1:${http}`];
  const server = await startServer(
    findProgram(mailpit)!,
    [...listen, '--disable-version-check', '--enable-chaos'],
    `http://127.0.0.1:${http}/readyz`,
  );
  const ask = async (path: string, body?: object) => {
    const json = {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const answer = await fetch(api + path, body === undefined ? {} : json);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  return {
    smtp: `smtp://127.0.0.1:${smtp}`,
    messages: async () => ((await ask('/messages')) as { messages: Summary[] }).messages,
    headers: async (id) => (await ask(`/message/${id}/headers`)) as Record<string, string[]>,
    text: async (id) => (await ask(`/message/${id}`)) as { Text: string; HTML: string },
    fail: async (step, code) => void (await ask('/chaos', { [step]: { ErrorCode: code, Probability: 100 } })),
    heal: async () => void (await ask('/chaos', {})),
    stop: server.stop,
  };
}
