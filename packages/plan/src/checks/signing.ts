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

function isUsable(issuer: string, privateKey: string): boolean {
  try {
    new TokenSigner({ issuer, privateKeys: [privateKey] });
    return true;
  } catch {
    return false;
  }
}
