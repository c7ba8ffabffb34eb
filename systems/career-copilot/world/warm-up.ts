import { SignJWT } from 'jose';
import { Agent, request } from 'undici';
import { API, LEGACY_ISSUER, type Profile } from '../api.ts';

/** Requests of each kind on each process. V8 optimises most of what they run within some thousand calls. */
const ROUNDS = 400;
const PATHS = ['/users/me', '/auth/me', '/jobs', '/jobs/1', '/applications', '/notifications', '/users/2'];
const USERS = 40;

/**
 * A system that has run for weeks is warm: code compiled, pages cached, connections open. This makes a fresh one so, through
 * the gateway and on the services themselves: by reads, and by writes of what is there already. Answers do not
 * matter: the services have no rows yet.
 */
export async function warmUp(origins: string[], jwtSecret: string, users: number): Promise<void> {
  const dispatcher = new Agent({ connections: 8 });
  const send = async (url: string, authorization: string, body?: object) => {
    const options = body
      ? {
          method: 'PUT',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }
      : { headers: { authorization } };
    const answer = await request(url, { dispatcher, ...options });
    return await answer.body.text();
  };
  try {
    const [front] = origins;
    const everybody = await Promise.all(
      (await tokensOf(jwtSecret, users)).map(async (authorization) => {
        const { phone } = JSON.parse(await send(`${front}${API}/users/me`, authorization)) as Profile;
        return { authorization, unchanged: { phone } };
      }),
    );
    for (let round = 0; round < ROUNDS; round += 1) {
      const { authorization, unchanged } = everybody[round % everybody.length]!;
      await Promise.all(
        origins.flatMap((origin) => [
          ...PATHS.map((path) => send(`${origin}${API}${path}`, authorization)),
          send(`${origin}${API}/users/me`, authorization, unchanged),
        ]),
      );
    }
  } finally {
    await dispatcher.close();
  }
}

/** Authorization headers of generated users, as the legacy system would have given them. */
async function tokensOf(jwtSecret: string, users: number): Promise<string[]> {
  const key = new TextEncoder().encode(jwtSecret);
  return await Promise.all(
    Array.from({ length: USERS }, async (_, index) => {
      const token = await new SignJWT({ role: 'user' })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(LEGACY_ISSUER)
        .setSubject(String(4 + ((index * 97) % Math.max(1, users - 4))))
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(key);
      return `Bearer ${token}`;
    }),
  );
}
