/** Where an application came from. Free of schemas, so that browsers load nothing else with it. */
export const SOURCES = [
  'job_board',
  'company_site',
  'referral',
  'recruiter',
  'network',
  'event',
  'search',
  'other',
] as const;
export type SourceKind = (typeof SOURCES)[number];
