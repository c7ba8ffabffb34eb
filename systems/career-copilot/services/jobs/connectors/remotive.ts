import { type Connector, fields, jsonOf, listIn, postingsOf } from './posting.ts';
import { salaryFromText } from './salary.ts';

/**
 * Remotive's jobs: its board is a category, or `all`. It asks for no more than four requests a day, and that whoever shows its jobs
 * links to it and names it. What is paid is free text.
 */
export const remotive: Connector = {
  isComplete: true,
  everySeconds: 21_600,
  addressOf: (board) => {
    const query = board === 'all' ? '' : `?category=${encodeURIComponent(board)}`;
    return `https://remotive.com/api/remote-jobs${query}`;
  },
  parse: (payload) =>
    postingsOf(
      listIn(fields(jsonOf(payload)).jobs, 'jobs').map((job) => ({
        externalId: job.id,
        url: job.url,
        title: job.title,
        company: job.company_name,
        location: job.candidate_required_location,
        remote: true,
        employment: job.job_type,
        description: job.description,
        salary: salaryFromText(job.salary),
        postedAt: job.publication_date,
        expiresAt: null,
      })),
    ),
};
