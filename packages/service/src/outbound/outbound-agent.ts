import { Agent, buildConnector } from 'undici';
import { isPublic, literalIn, lookupWhere, type MayConnect, notPublic } from './networks.ts';

const CONNECT_MS = 10_000;
const MAX_HEADERS = 32 * 1024;

/**
 * Connections for addresses that somebody else has chosen, as undici's `dispatcher`: to the public internet only, or to what `mayConnect`
 * allows. The address is looked at as the connection is made, so a name cannot mean another one later, nor a literal address
 * pass unseen. The error of one that is refused has the code `NOT_PUBLIC`. Redirections are the caller's own to follow.
 *
 * @example await fetch(url, { dispatcher: outboundAgent(), redirect: 'manual' })
 */
export function outboundAgent(mayConnect: MayConnect = isPublic): Agent {
  const connect = buildConnector({ lookup: lookupWhere(mayConnect), timeout: CONNECT_MS });
  return new Agent({
    maxHeaderSize: MAX_HEADERS,
    connect: (target, callback) => {
      const literal = literalIn(target.hostname);
      if (literal !== undefined && !mayConnect(literal)) return callback(notPublic(literal), null);
      connect(target, callback);
    },
  });
}
