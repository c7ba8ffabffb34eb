import { SignJWT } from 'jose';
import { Agent, request } from 'undici';
import { API, LEGACY_ISSUER } from '../api.ts';

/** Requests of each kind on each process. */
const ROUNDS = 150;
const PATHS = ['/users/me', '/auth/me', '/jobs', '/jobs/1', '/applications', '/notifications', '/users/2'];

/**
 * A system that has run for weeks is warm: code compiled, pages cached, connections open. This makes a fresh one so, by
 * reads alone, through the gateway and on the services themselves. Answers do not matter: the services have no rows yet.
 */
export async function warmUp(origins: string[], jwtSecret: string, users: number): Promise<void> {
  const key = new TextEncoder().encode(jwtSecret);
  const tokens = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      new SignJWT({ role: 'user' })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(LEGACY_ISSUER)
        .setSubject(String(4 + ((index * 97) % Math.max(1, users - 4))))
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(key),
    ),
  );
  const dispatcher = new Agent({ connections: 8 });
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const authorization = `Bearer ${tokens[round % tokens.length]}`;
      await Promise.all(
        origins.flatMap((origin) =>
          PATHS.map(async (path) => {
            const { body } = await request(`${origin}${API}${path}`, {
              dispatcher,
              headers: { authorization },
            });
            await body.dump();
          }),
        ),
      );
    }
  } finally {
    await dispatcher.close();
  }
}
