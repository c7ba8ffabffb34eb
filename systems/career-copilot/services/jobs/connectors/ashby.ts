import { boardIn, type Connector, fields, joined, jsonOf, listIn, postingsOf, several } from './posting.ts';
import { type Salary, salaryOf } from './salary.ts';

/** Job boards on Ashby: all jobs in one answer, those among them that are not listed too. Nothing says whose they are. */
export const ashby: Connector = {
  isComplete: true,
  everySeconds: 900,
  addressOf: (board) =>
    `https://api.ashbyhq.com/posting-api/job-board/${boardIn(board)}?includeCompensation=true`,
  parse: (payload, { company }) =>
    postingsOf(
      listIn(fields(jsonOf(payload)).jobs, 'jobs')
        .filter(({ isListed }) => isListed !== false)
        .map((job) => ({
          externalId: job.id,
          url: job.jobUrl,
          title: job.title,
          company,
          location: joined([
            job.location,
            ...several(job.secondaryLocations).map((place) => fields(place).location ?? place),
          ]),
          remote: job.isRemote === true || job.workplaceType === 'Remote',
          employment: job.employmentType,
          description: job.descriptionHtml ?? job.descriptionPlain,
          salary: salaryIn(fields(job.compensation)),
          postedAt: job.publishedAt,
          expiresAt: null,
        })),
    ),
};

/** Of tiers in several currencies or periods none is the job's: what Ashby itself says in a line is kept. */
function salaryIn(compensation: Record<string, unknown>): Salary | null {
  const text = compensation.compensationTierSummary ?? compensation.scrapeableCompensationSalarySummary;
  const salaries = several(compensation.summaryComponents)
    .map(fields)
    .filter(({ compensationType }) => compensationType === 'Salary');
  const [one] = salaries;
  if (!one || salaries.length > 1) return salaryOf({ text });
  return salaryOf({
    min: one.minValue,
    max: one.maxValue,
    currency: one.currencyCode,
    period: one.interval,
    text,
  });
}
