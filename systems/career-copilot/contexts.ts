import type { PlanContext } from '@banyan/banyan';

/** Whose accounts they are, and whether they may do anything, all take from auth as it says it. */
const ofAccounts = { relation: 'conformist', by: ['events', 'tables'] } as const satisfies Relation;
/** Told to whoever wants to know. */
const told = { relation: 'published-language', by: ['events'] } as const satisfies Relation;

/**
 * The context map of Career Copilot: each bounded context with what it takes from others. `banyan contexts` compares it with what the
 * services do. Contexts without a service are the monolith's still.
 */
export const contexts: Record<string, PlanContext> = {
  auth: {
    title: 'Authentication',
    entities: ['Account', 'Session', 'RefreshToken', 'OAuthToken', 'OAuthClient', 'MailLink'],
    valueObjects: ['Email', 'PasswordHash', 'AccessToken', 'AuthorizationCode', 'SigningKey'],
    events: [
      'UserRegistered',
      'UserVerified',
      'UserSuspended',
      'UserReinstated',
      'PasswordChanged',
      'UserLoggedIn',
      'TokenRefreshed',
      'SessionEnded',
      'UserDeleted',
    ],
    tables: ['users', 'refresh_tokens'],
    paths: ['/api/v1/auth', '/api/v1/oauth'],
    // Mails with links are sent by whoever sends all mails; whom to tell of what that one takes from here.
    upstream: { notifications: { relation: 'partnership', by: ['calls'] } },
  },
  users: {
    title: 'User Management',
    entities: ['UserProfile', 'UserPreferences'],
    valueObjects: ['PersonName', 'PhoneNumber', 'Location', 'Skills', 'PrivacySettings'],
    events: ['ProfileChanged'],
    paths: ['/api/v1/users'],
    upstream: {
      auth: { relation: 'conformist', by: ['events', 'calls', 'tables'] },
      // Whoever asks for what is known of them gets what other contexts have, too: by the public API, as a client.
      applications: { relation: 'open-host', by: ['calls'] },
      notifications: { relation: 'open-host', by: ['calls'] },
    },
  },
  jobs: {
    title: 'Jobs',
    entities: ['Job', 'Company', 'JobRequirements', 'SavedSearch', 'Match'],
    valueObjects: ['JobTitle', 'SalaryRange', 'JobDescription', 'MatchScore'],
    events: [
      'CompanyAdded',
      'CompanyUpdated',
      'JobPosted',
      'JobUpdated',
      'JobClosed',
      'SavedSearchMatched',
      'JobMatched',
    ],
    tables: ['companies', 'jobs'],
    paths: ['/api/v1/jobs', '/api/v1/companies'],
    upstream: {
      auth: ofAccounts,
      // What fits somebody is told by their profile, which is asked for by the public API; users exports what others have, which goes on
      // by applications to jobs: the two change together.
      users: { relation: 'partnership', by: ['calls'] },
      // What people apply for tells which matches were good; what a job is, applications takes from here.
      applications: { relation: 'partnership', by: ['events'] },
    },
  },
  applications: {
    title: 'Applications',
    entities: ['Application', 'ApplicationTimeline', 'Document', 'Contact', 'NextAction'],
    valueObjects: ['ApplicationStatus', 'StatusTransition', 'ApplicationNote', 'Source', 'Posting'],
    events: [
      'ApplicationCreated',
      'ApplicationStatusChanged',
      'ApplicationIrregular',
      'ApplicationRemoved',
      'ApplicationNoteAdded',
      'ApplicationSourceSet',
      'ContactAdded',
      'ContactRemoved',
      'NextActionSet',
      'NextActionDone',
      'NextActionDue',
      'DocumentAttached',
      'DocumentRemoved',
    ],
    tables: ['applications', 'application_notes', 'application_timeline', 'documents'],
    paths: ['/api/v1/applications', '/api/v2/applications'],
    upstream: {
      auth: ofAccounts,
      jobs: { relation: 'customer-supplier', by: ['events', 'tables', 'calls'] },
      // Whether somebody may apply.
      users: { relation: 'partnership', by: ['calls'] },
    },
  },
  notifications: {
    title: 'Notifications',
    entities: ['Notification', 'Template', 'DeliveryChannel', 'Delivery', 'Campaign'],
    valueObjects: ['EmailMessage', 'SMSMessage', 'PushNotification', 'Preferences', 'QuietHours'],
    events: ['NotificationSent', 'NotificationRead', 'DeliveryFailed', 'TemplateUpdated'],
    tables: ['notifications'],
    paths: ['/api/v1/notifications'],
    upstream: {
      auth: ofAccounts,
      jobs: told,
      integrations: told,
      // What tells of a change of status is a row that is made with the change.
      applications: { relation: 'customer-supplier', by: ['events', 'tables'] },
    },
  },
  analytics: {
    title: 'Analytics',
    entities: ['Metric', 'Report', 'Dashboard'],
    valueObjects: ['TimeSeries', 'Aggregation', 'ChartData'],
    events: ['MetricCalculated', 'ReportGenerated', 'DashboardUpdated'],
    paths: ['/api/v1/analytics'],
    upstream: {
      auth: told,
      users: told,
      jobs: told,
      applications: told,
      notifications: told,
    },
  },
  integrations: {
    title: 'Integrations',
    entities: [
      'WebhookEndpoint',
      'WebhookDelivery',
      'IncomingSource',
      'Connection',
      'Calendar',
      'Interview',
      'MailProposal',
    ],
    valueObjects: ['WebhookSecret', 'WebhookMessage', 'DeliveryAttempt', 'OAuthTokens'],
    events: [
      'WebhookEndpointDisabled',
      'IncomingWebhookReceived',
      'MailRecognized',
      'AccountConnected',
      'ConnectionLost',
    ],
    paths: ['/api/v1/integrations'],
    upstream: {
      auth: { relation: 'conformist', by: ['events'] },
      applications: { relation: 'open-host', by: ['events', 'calls'] },
      // What an interview is for is told by the public API.
      jobs: { relation: 'open-host', by: ['events', 'calls'] },
    },
  },
};

type Relation = NonNullable<PlanContext['upstream']>[string];
