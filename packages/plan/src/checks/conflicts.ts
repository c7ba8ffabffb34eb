import { tokenLocationOf } from '@banyan/gateway/credentials';
import { type PlanProblem, pathTo, problem } from '../problem.ts';
import { parseTarget } from '../stages.ts';
import { checkContexts, warnWithoutContext } from './contexts.ts';
import { checkParents } from './parents.ts';
import { checkPorts } from './ports.ts';
import { checkRoute, checkUniqueRoutes, warnKeylessWrites, warnLateRoutes } from './routes.ts';
import { checkRowSets } from './row-sets.ts';
import { checkSigning, warnOpenServices } from './signing.ts';
import type { SoundPlan } from './sound-parts.ts';
import { checkSharedTables, checkTable } from './tables.ts';
import { checkTogether } from './together.ts';
import { checkUnmoved } from './unmoved.ts';
import { checkDatabaseUrls } from './urls.ts';

/** What contradicts itself in a plan whose parts each have the right shape. */
export function findConflicts(plan: SoundPlan): PlanProblem[] {
  return [
    ...checkMonolith(plan),
    ...checkIssuers(plan),
    ...checkSigning(plan),
    ...checkPorts(plan),
    ...checkDatabaseUrls(plan),
    ...plan.rollouts.flatMap(({ path, rollout }) => checkSteps(`${path}.steps`, rollout.steps)),
    ...checkServices(plan),
    ...plan.services.flatMap((service) =>
      service.routes.flatMap((entry) => checkRoute(plan, service, entry)),
    ),
    ...checkUniqueRoutes(plan),
    ...checkUnmoved(plan),
    ...plan.services.flatMap(({ tables }) => tables.flatMap(({ path, table }) => checkTable(path, table))),
    ...checkSharedTables(plan),
    ...checkRowSets(plan),
    ...checkParents(plan),
    ...checkTogether(plan),
    ...checkContexts(plan),
  ];
}

/** What is allowed and yet often a mistake. */
export function findWarnings(plan: SoundPlan): PlanProblem[] {
  return [
    ...warnShortSecrets(plan),
    ...warnKeylessWrites(plan),
    ...warnLateRoutes(plan),
    ...warnOpenControl(plan),
    ...warnUncountedClients(plan),
    ...warnOpenServices(plan),
    ...warnShortRollouts(plan),
    ...warnWithoutContext(plan),
  ];
}

function checkMonolith({ monolith, issuers }: SoundPlan): PlanProblem[] {
  if (monolith.signAs === undefined || issuers === null) return [];
  const named = issuers.find(({ issuer }) => issuer.name === monolith.signAs);
  const symmetric = issuers
    .filter(({ issuer }) => issuer.algorithm === 'HS256')
    .map(({ issuer }) => issuer.name);
  const choice =
    symmetric.length > 0 ? `name one of ${symmetric.join(', ')}` : 'add an HS256 issuer to gateway.issuers';
  if (!named)
    return [
      problem('monolith.signAs', monolith.signAs, 'is not the name of an issuer in gateway.issuers', choice),
    ];
  if (named.issuer.header !== undefined || named.issuer.cookie !== undefined)
    return [
      problem(
        'monolith.signAs',
        monolith.signAs,
        'has its tokens in a header or cookie of their own, and the gateway exchanges tokens in Authorization only',
        'leave signAs out, and let the monolith know the other issuers',
      ),
    ];
  if (named.issuer.algorithm === 'HS256') return [];
  return [
    problem(
      'monolith.signAs',
      monolith.signAs,
      'is a JWKS issuer: its private key is not ours to sign with',
      choice,
    ),
  ];
}

function checkIssuers({ issuers }: SoundPlan): PlanProblem[] {
  const seen = { name: new Map<string, string>(), issuer: new Map<string, string>() };
  return (issuers ?? []).flatMap(({ path, issuer }) => {
    const problems: PlanProblem[] = [];
    for (const field of ['name', 'issuer'] as const) {
      // Issuers whose tokens come in different places are told apart by those.
      const value = field === 'name' ? issuer.name : `${tokenLocationOf(issuer)} ${issuer.issuer ?? ''}`;
      const first = seen[field].get(value);
      if (first)
        problems.push(
          problem(
            `${path}.${field}`,
            issuer[field],
            `is also the ${field} of ${first}`,
            'give each issuer its own',
          ),
        );
      else seen[field].set(value, path);
    }
    const places = (['scheme', 'header', 'cookie'] as const).filter((place) => issuer[place] !== undefined);
    if (places.length > 1)
      problems.push(
        problem(
          `${path}.${places[1]}`,
          issuer[places[1]!],
          `is given beside ${places[0]}`,
          'keep the one in which its tokens come',
        ),
      );
    if (issuer.algorithm === 'JWKS' && !isHttpUrl(issuer.jwksUrl)) {
      problems.push(
        problem(
          `${path}.jwksUrl`,
          issuer.jwksUrl,
          'is not an http(s) URL',
          "e.g. 'http://127.0.0.1:4001/.well-known/jwks.json'",
        ),
      );
    }
    return problems;
  });
}

/** RFC 7518, 3.2 wants 32 bytes; the secret is the monolith's, and changing it logs everybody out. */
function warnShortSecrets({ issuers }: SoundPlan): PlanProblem[] {
  return (issuers ?? []).flatMap(({ path, issuer }) => {
    if (issuer.algorithm !== 'HS256' || Buffer.byteLength(issuer.secret) >= 32) return [];
    return [
      problem(
        `${path}.secret`,
        issuer.secret,
        'is shorter than 32 bytes, too short for HS256: it can be guessed from a token',
        'use a random one, e.g. of `openssl rand -hex 32`, as soon as the monolith can change it',
      ),
    ];
  });
}

function checkSteps(path: string, steps: readonly string[] | undefined): PlanProblem[] {
  let previous = 0;
  return (steps ?? []).flatMap((step, index) => {
    const target = parseTarget(step);
    if (target?.stage !== 'canary') {
      return [problem(pathTo(path, index), step, 'is not a share from 0.01% to 100%', "e.g. '10%'")];
    }
    const rising = target.share > previous;
    previous = Math.max(previous, target.share);
    return rising
      ? []
      : [
          problem(
            pathTo(path, index),
            step,
            'is not more than the step before it',
            'sort the steps upwards, each once',
          ),
        ];
  });
}

/** What means something else where services are looked up by name. */
const TAKEN: readonly string[] = ['monolith', 'constructor'];

function checkServices({ services, monolith }: SoundPlan): PlanProblem[] {
  return services.flatMap(({ path, name, database, routes, tables, complete }) => {
    const problems: PlanProblem[] = [];
    // The name becomes part of replication slots, whose names allow no other characters and 63 of them; without tables there are none.
    const hasSlots = tables.length > 0 || !complete;
    const form = hasSlots ? /^[a-z][a-z0-9_]{0,39}$/ : /^[a-z][a-z0-9_-]{0,39}$/;
    if (!form.test(name) || TAKEN.includes(name)) {
      const why = hasSlots ? ' (replication slots are named after it)' : '';
      const marks = hasSlots ? "'_'" : "'_' or '-'";
      problems.push(
        problem(
          path,
          name,
          `is no name for a service${why}`,
          `use lower-case letters, digits and ${marks}, 40 at most, not 'monolith' or 'constructor'`,
        ),
      );
    }
    if (routes.length === 0 && complete) {
      problems.push(
        problem(
          `${path}.routes`,
          [],
          'has no route, so nobody would ever reach the service',
          "add one, e.g. { route: 'GET /api/v1/users/me', key: 'token.sub' }",
        ),
      );
    }
    if (database === undefined && tables.length > 0) {
      problems.push(
        problem(
          `${path}.database`,
          undefined,
          'is missing: the rows of its tables go there',
          "add the URL of a database of its own, e.g. 'postgres://user:password@127.0.0.1:5432/name'",
        ),
      );
    }
    if (database != null && database === monolith.database) {
      problems.push(
        problem(
          `${path}.database`,
          database,
          "is the monolith's own database",
          'give the service a database of its own',
        ),
      );
    }
    return problems;
  });
}

function warnOpenControl({ control }: SoundPlan): PlanProblem[] {
  if (control.host === undefined || ['127.0.0.1', '::1', 'localhost'].includes(control.host)) return [];
  return [
    problem(
      'control.host',
      control.host,
      'lets other machines reach the control plane; its token travels unencrypted',
      'listen on 127.0.0.1, or put TLS in front of it',
    ),
  ];
}

function warnUncountedClients({ gateway }: SoundPlan): PlanProblem[] {
  if (gateway.rateLimit == null || gateway.trustedHops !== undefined) return [];
  return [
    problem(
      'gateway.rateLimit',
      gateway.rateLimit,
      'counts only whom a token names: how the addresses of others are known is not said',
      'set gateway.trustedHops to the number of proxies in front (0: clients connect directly)',
    ),
  ];
}

function warnShortRollouts({ rollouts }: SoundPlan): PlanProblem[] {
  return rollouts.flatMap(({ path, rollout }) => {
    const last = rollout.steps?.at(-1);
    if (last === undefined || parseTarget(last)?.share === 10_000) return [];
    return [
      problem(
        `${path}.steps`,
        rollout.steps,
        `ends at ${last}, short of 100%`,
        "add '100%' unless the rollout is meant to stop there",
      ),
    ];
  });
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
