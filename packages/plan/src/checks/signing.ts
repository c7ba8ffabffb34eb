import { TokenSigner } from '@banyan/gateway/token-signer';
import { type PlanProblem, problem } from '../problem.ts';
import type { SoundPlan } from './sound-parts.ts';

/** What would make the gateway's own tokens useless, or those of others look like them. */
export function checkSigning({ gateway: { signing }, issuers, services }: SoundPlan): PlanProblem[] {
  const problems: PlanProblem[] = [];
  if (signing !== undefined) {
    const same = issuers?.find(({ issuer }) => issuer.issuer === signing.issuer);
    if (same)
      problems.push(
        problem(
          'gateway.signing.issuer',
          signing.issuer,
          `is also the issuer of ${same.path}, whose tokens come from clients`,
          "give the gateway a name of its own, e.g. 'https://gateway.example'",
        ),
      );
    for (const field of ['privateKey', 'otherKey'] as const) {
      const key = signing[field];
      if (key === undefined || isUsable(signing.issuer, key)) continue;
      problems.push(
        problem(
          `gateway.signing.${field}`,
          key,
          'is not a private key in PEM, Ed25519 or P-256',
          'make one with `openssl genpkey -algorithm ed25519`',
        ),
      );
    }
  }
  for (const { path, accepts } of services) {
    if (accepts === undefined) continue;
    if (signing === undefined)
      problems.push(
        problem(`${path}.accepts`, accepts, 'has nobody who signs the others', 'add gateway.signing'),
      );
    for (const [index, name] of accepts.entries()) {
      if (issuers === null || issuers.some(({ issuer }) => issuer.name === name)) continue;
      const names = issuers.map(({ issuer }) => issuer.name).join(', ');
      problems.push(
        problem(
          `${path}.accepts[${index}]`,
          name,
          'is not the name of an issuer in gateway.issuers',
          names === '' ? 'add it to gateway.issuers' : `name one of ${names}`,
        ),
      );
    }
  }
  return problems;
}

/** A token that the gateway has signed is not signed again: it goes on as it came, also to who may not know the gateway's keys. */
export function warnOpenServices({ gateway: { signing }, services }: SoundPlan): PlanProblem[] {
  const signedFor = services.filter(({ accepts }) => accepts !== undefined).map(({ name }) => name);
  if (signing === undefined || signedFor.length === 0) return [];
  return services.flatMap(({ path, accepts, routes }) => {
    if (accepts !== undefined || routes.every(({ route }) => route.auth === 'none')) return [];
    return [
      problem(
        `${path}.accepts`,
        undefined,
        `is missing: a token that the gateway has signed for ${signedFor.join(', ')} and that is sent on through it comes here as it is`,
        "have the service verify the gateway's tokens (/.well-known/banyan/jwks.json), and name the issuers that it verifies beside them, e.g. accepts: []",
      ),
    ];
  });
}

function isUsable(issuer: string, privateKey: string): boolean {
  try {
    new TokenSigner({ issuer, privateKeys: [privateKey] });
    return true;
  } catch {
    return false;
  }
}
