// Imports point only downward in the list of design: banyan > plan > gateway, replication, events > service > cohort, postgres.
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
      name: 'packages-know-no-system',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(systems|bench|test)/' },
    },
    {
      name: 'monolith-knows-nothing-of-banyan',
      severity: 'error',
      from: { path: '^systems/[^/]+/monolith/' },
      // A system's contracts.ts brings the kit along; the API that the monolith answers by is in a file of its own.
      to: {
        path: '^(packages/(banyan|console|plan|gateway|replication|events|service)/|systems/[^/]+/contracts\\.ts$)',
      },
    },
    {
      name: 'services-know-no-other-service',
      severity: 'error',
      from: { path: '^systems/([^/]+)/services/([^/]+)/' },
      to: { path: '^systems/', pathNot: ['^systems/$1/services/$2/', '^systems/$1/contracts\\.ts$'] },
    },
    {
      name: 'services-use-the-kit-only',
      severity: 'error',
      from: { path: '^systems/[^/]+/services/' },
      to: { path: '^packages/(banyan|plan|gateway|replication)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    exclude: { path: '(^|/)\\.banyan/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
