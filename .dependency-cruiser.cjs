// Imports point only downward in the list of design: cli > harness > banyan > plan > gateway, replication, events > service > cohort, postgres;
// notifications and analytics stand above events, and below systems only; connections above service, calendars above connections, and below systems only.
const inside = (name) => `^packages/${name}/`;
const outside = (...names) => ({ path: `^packages/(${names.join('|')})/` });
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphan-import', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'cohort-imports-npm-only',
      severity: 'error',
      // Its tests ask a real PostgreSQL.
      from: { path: inside('cohort'), pathNot: '[.]test[.]ts$' },
      to: outside('banyan', 'console', 'plan', 'gateway', 'replication', 'events', 'service', 'postgres'),
    },
    {
      name: 'postgres-imports-npm-only',
      severity: 'error',
      from: { path: inside('postgres') },
      to: outside('banyan', 'console', 'plan', 'gateway', 'replication', 'events', 'service', 'cohort'),
    },
    {
      name: 'service-imports-postgres-and-cohort-only',
      severity: 'error',
      from: { path: inside('service') },
      to: outside('banyan', 'console', 'plan', 'gateway', 'replication', 'events'),
    },
    {
      name: 'gateway-replication-events-apart-1',
      severity: 'error',
      from: { path: inside('gateway') },
      to: outside('banyan', 'console', 'plan', 'replication', 'events'),
    },
    {
      name: 'gateway-replication-events-apart-2',
      severity: 'error',
      from: { path: inside('replication') },
      to: outside('banyan', 'console', 'plan', 'gateway', 'events'),
    },
    {
      name: 'gateway-replication-events-apart-3',
      severity: 'error',
      from: { path: inside('events') },
      to: outside('banyan', 'console', 'plan', 'gateway', 'replication', 'cohort'),
    },
    {
      name: 'plan-imports-gateway-replication-and-below-only',
      severity: 'error',
      from: { path: inside('plan') },
      to: outside('banyan', 'console', 'events'),
    },
    {
      name: 'nothing-below-imports-the-harness',
      severity: 'error',
      // The command `banyan` is put together above both.
      from: { path: '^packages/', pathNot: [inside('harness'), inside('cli')] },
      to: { path: inside('harness') },
    },
    {
      name: 'packages-know-no-system',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(systems|bench|test)/' },
    },
    {
      name: 'ui-imports-npm-only',
      severity: 'error',
      from: { path: inside('ui') },
      to: { path: '^(packages/(?!ui/)|systems/|bench/|test/)' },
    },
    {
      name: 'random-imports-npm-only',
      severity: 'error',
      from: { path: inside('random') },
      to: { path: '^(packages/(?!random/)|systems/|bench/|test/)' },
    },
    {
      name: 'monolith-imports-npm-and-random-only',
      severity: 'error',
      from: { path: inside('monolith'), pathNot: '[.]test[.]ts$' },
      to: { path: '^(packages/(?!monolith/|random/)|systems/|bench/|test/)' },
    },
    {
      name: 'what-services-of-a-kind-are-made-of-imports-service-events-postgres-and-the-api-of-monoliths-only',
      severity: 'error',
      from: { path: '^packages/(notifications|analytics)/' },
      to: {
        path: '^(packages/|systems/|bench/|test/)',
        pathNot: '^packages/($1|service|events|postgres|monolith/src/api)/',
      },
    },
    {
      name: 'nothing-but-systems-imports-what-services-of-a-kind-are-made-of',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/(notifications|analytics)/' },
      to: { path: '^packages/(notifications|analytics)/' },
    },
    {
      name: 'connections-import-service-postgres-and-the-api-of-monoliths-only',
      severity: 'error',
      from: { path: inside('connections') },
      to: {
        path: '^(packages/|systems/|bench/|test/)',
        pathNot: '^packages/(connections|service|postgres|monolith/src/api)/',
      },
    },
    {
      name: 'calendars-import-connections-service-postgres-and-the-api-of-monoliths-only',
      severity: 'error',
      from: { path: inside('calendars') },
      to: {
        path: '^(packages/|systems/|bench/|test/)',
        pathNot: '^packages/(calendars|connections|service|postgres|monolith/src/api)/',
      },
    },
    {
      name: 'nothing-but-systems-and-calendars-imports-connections',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/(connections|calendars)/' },
      to: { path: '^packages/connections/' },
    },
    {
      name: 'nothing-but-systems-imports-calendars',
      severity: 'error',
      from: { path: '^packages/', pathNot: inside('calendars') },
      to: { path: '^packages/calendars/' },
    },
    {
      name: 'nothing-but-monoliths-imports-monolith',
      severity: 'error',
      from: { pathNot: '^(packages/monolith/|systems/[^/]+/monolith/|bench/)' },
      to: { path: '^packages/monolith/src/(?!api/)' },
    },
    {
      name: 'what-answers-by-the-api-of-a-monolith-states-it-by-monolith-api',
      severity: 'error',
      from: {
        pathNot:
          '^(packages/(monolith|notifications|analytics|connections|calendars)/|systems/[^/]+/(monolith|api|kit)/|bench/)',
      },
      to: { path: '^packages/monolith/src/api/' },
    },
    {
      name: 'nothing-but-pages-imports-ui',
      severity: 'error',
      // What finds a browser for tests lies beside it.
      from: { pathNot: '^(packages/(ui|console)/|systems/[^/]+/web/)|[.]test[.]ts$|^(bench|test|scripts)/' },
      to: { path: inside('ui') },
    },
    {
      name: 'pages-know-the-public-api-and-ui-only',
      severity: 'error',
      from: { path: '^systems/([^/]+)/web/src/', pathNot: '[.]test[.]ts$' },
      to: {
        path: '^(packages|systems|bench|test|scripts)/',
        pathNot: ['^systems/$1/web/src/', '^systems/$1/(api|node_modules)/', '^packages/ui/src/'],
      },
    },
    {
      name: 'pages-run-in-browsers',
      severity: 'error',
      from: { path: '^(systems/[^/]+/web|packages/ui)/src/', pathNot: '[.]test[.]ts$|/testing/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'what-serves-the-pages-knows-the-public-api-only',
      severity: 'error',
      from: { path: '^systems/([^/]+)/web/server/', pathNot: '[.]test[.]ts$' },
      to: {
        path: '^(packages|systems|bench|test|scripts)/',
        pathNot: ['^systems/$1/web/server/', '^systems/$1/(web/)?node_modules/', '^systems/$1/api/'],
      },
    },
    {
      name: 'the-monolith-serves-the-pages-and-knows-nothing-else-of-them',
      severity: 'error',
      from: { path: '^systems/([^/]+)/(monolith|kit|api|contracts)/', pathNot: '[.]test[.]ts$' },
      to: { path: '^systems/$1/web/(?!server/)' },
    },
    {
      name: 'monolith-knows-nothing-of-banyan',
      severity: 'error',
      from: { path: '^systems/[^/]+/monolith/', pathNot: '([.]test|/load|/data)[.]ts$|/testing/' },
      // It answers by the same public API (api/) as the services, in the words of the same errors (kit/). Its tests ask a real
      // PostgreSQL; load.ts and data.ts beside it are what the harness asks of it.
      to: { path: '^(packages/(?!monolith/|random/)|systems/[^/]+/(contracts|services)/)' },
    },
    {
      name: 'monolith-reaches-nothing-of-banyan',
      severity: 'error',
      // By way of its api/ and kit/ neither. Career Copilot's imports types of what is not its own.
      from: {
        path: '^systems/(?!career-copilot/)[^/]+/monolith/',
        pathNot: '([.]test|/load|/data)[.]ts$|/testing/',
      },
      to: { path: '^packages/(?!monolith/|random/)', reachable: true },
    },
    {
      name: 'systems-know-no-other-system',
      severity: 'error',
      from: { path: '^systems/([^/]+)/' },
      to: { path: '^systems/', pathNot: '^systems/$1/' },
    },
    {
      name: 'services-know-no-other-service',
      severity: 'error',
      from: { path: '^systems/([^/]+)/services/([^/]+)/', pathNot: '/load([.]test)?[.]ts$' },
      to: {
        path: '^systems/',
        // A version of its own of a package is installed below the system.
        pathNot: ['^systems/$1/services/$2/', '^systems/$1/(contracts|api|kit|node_modules)/'],
      },
    },
    {
      name: 'loads-know-the-monolith-and-no-other-service',
      severity: 'error',
      // They begin with the users that the monolith's generator makes.
      from: { path: '^systems/([^/]+)/services/([^/]+)/load([.]test)?[.]ts$' },
      to: {
        path: '^systems/',
        pathNot: ['^systems/$1/services/$2/', '^systems/$1/(contracts|api|kit|monolith)/'],
      },
    },
    {
      name: 'systems-know-the-harness-in-load-and-data-only',
      severity: 'error',
      // system.ts, load.ts and data.ts say what the harness runs; kit/plan.ts takes names of variables from it. Tests start whole systems.
      from: {
        path: '^systems/',
        pathNot: ['(^systems/[^/]+/system|/load|/data|/kit/plan|[.]test)[.]ts$', '/testing/'],
      },
      to: { path: inside('harness') },
    },
    {
      name: 'services-are-made-of-service-events-postgres-and-what-services-share',
      severity: 'error',
      // extraction.ts is for the operator's tool, load.ts for the harness: neither is part of the service.
      from: { path: '^systems/[^/]+/services/', pathNot: '/(extraction|load)[.]ts$' },
      // What services answer with as pages, their tests look at in a browser.
      to: {
        path: '^packages/',
        pathNot:
          '^packages/(service|events|postgres|notifications|analytics|connections|calendars|ui/testing)/',
      },
    },
    {
      name: 'extractions-use-the-public-entry-of-the-tool',
      severity: 'error',
      from: { path: '^systems/[^/]+/services/.*/extraction[.]ts$' },
      // Where a package has routes it says so to the plan.
      to: {
        path: '^packages/',
        pathNot:
          '^packages/(banyan/src/index|(notifications|analytics|connections|calendars)/src/route-list)[.]ts$',
      },
    },
    {
      name: 'loads-know-the-harness-only',
      severity: 'error',
      from: { path: '^systems/[^/]+/services/.*/load[.]ts$' },
      to: { path: '^packages/', pathNot: '^packages/harness/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    exclude: { path: '(^|/)\\.banyan/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.css'],
    },
  },
};
