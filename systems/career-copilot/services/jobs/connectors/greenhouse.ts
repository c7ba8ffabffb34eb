import { decodeHTML } from 'entities';
import { boardIn, type Connector, fields, jsonOf, listIn, postingsOf, several } from './posting.ts';
import { type Salary, salaryOf } from './salary.ts';

/**
 * Job boards on Greenhouse: all jobs in one answer. A board that is not there is 404. The description is HTML whose own signs are
 * escaped; `updated_at` moves with every change, so that `first_published` is when it was posted.
 */
export const greenhouse: Connector = {
  isComplete: true,
  everySeconds: 900,
  addressOf: (board) =>
    `https://boards-api.greenhouse.io/v1/boards/${boardIn(board)}/jobs?content=true&pay_transparency=true`,
  parse: (payload, { company }) =>
    postingsOf(
      listIn(fields(jsonOf(payload)).jobs, 'jobs').map((job) => {
        const { name: location } = fields(job.location);
        return {
          externalId: job.id,
          url: job.absolute_url,
          title: job.title,
          company: job.company_name ?? company,
          location,
          remote: typeof location === 'string' && /\bremote\b/i.test(location),
          employment: null,
          description: typeof job.content === 'string' ? decodeHTML(job.content) : '',
          salary: salaryIn(job.pay_input_ranges),
          postedAt: job.first_published ?? null,
          expiresAt: job.application_deadline,
        };
      }),
    ),
};

/** Several ranges are of several places: they are told, and none of them is the job's. Amounts are in hundredths. */
function salaryIn(ranges: unknown): Salary | null {
  const [first, ...others] = several(ranges).map(fields);
  if (!first) return null;
  const { min_cents: min, max_cents: max, currency_type: currency } = first;
  if (others.length === 0)
    return salaryOf({
      min: hundredth(min),
      max: hundredth(max),
      currency,
      period: first.title,
      text: first.title,
    });
  const text = [first, ...others].map((range) => {
    const amounts = [hundredth(range.min_cents), hundredth(range.max_cents)].filter(
      (each) => each !== undefined,
    );
    return `${range.title ?? ''} ${amounts.join(' - ')} ${range.currency_type ?? ''}`;
  });
  return salaryOf({ text: text.join('; ') });
}

function hundredth(cents: unknown): number | undefined {
  return typeof cents === 'number' ? cents / 100 : undefined;
}
