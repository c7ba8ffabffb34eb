import { defineErrors } from '@banyan/service';

/** What routes of this package refuse. */
export const errors = defineErrors({
  NO_SUCH_ZONE: [400, 'There is no zone of this name: give one such as Europe/Berlin.'],
  BAD_SPAN: [400, 'The span begins after it ends, or has more periods than are told at once.'],
  NO_SUCH_DASHBOARD: [404, 'You have no dashboard of this name.'],
  TOO_MANY_DASHBOARDS: [409, 'You have as many dashboards as one may have: remove one first.'],
  NO_SUCH_REPORT: [404, 'You have no such report.'],
  REPORT_NOT_DONE: [409, 'The report is not done: look at its state.'],
  TOO_MANY_REPORTS: [409, 'Others that you have ordered are not done yet.'],
  NO_SUCH_PRODUCT: [404, 'There is no data product of this name and version.'],
  FOR_ADMINISTRATORS: [403, 'It is about all users, and for administrators.'],
  NOT_CALCULATED: [503, 'It is not calculated yet: ask again in a moment.'],
});
