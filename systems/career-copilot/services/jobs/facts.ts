import { changedFields, type FromRows } from '@banyan/events';
import { contracts } from '../../contracts/jobs.ts';

export { contracts };

export type CompanyRow = {
  id: number;
  name: string;
  industry: string | null;
  website: string | null;
  location: string | null;
  size: string | null;
};

export type JobRow = {
  id: number;
  company_id: number;
  title: string;
  description: string;
  location: string | null;
  job_type: string;
  remote: boolean;
  salary_min: number | null;
  salary_max: number | null;
  requirements: string[];
  is_active: boolean;
};

/** Fields as events name them, by the columns that they are made of. */
const OF_COMPANY = {
  name: ['name'],
  industry: ['industry'],
  website: ['website'],
  location: ['location'],
  size: ['size'],
} as const;
const OF_JOB = {
  company: ['company_id'],
  title: ['title'],
  description: ['description'],
  location: ['location', 'remote'],
  jobType: ['job_type'],
  salary: ['salary_min', 'salary_max'],
  requirements: ['requirements'],
} as const;

/** What the monolith does with companies and jobs, as the events that this service publishes for what it does itself. */
export const fromRows: FromRows<typeof contracts> = {
  companies: {
    insert: ({ id: companyId, name }: CompanyRow) => ({ type: 'CompanyAdded', data: { companyId, name } }),
    update: (before: CompanyRow, after: CompanyRow) => {
      const changed = changedFields(OF_COMPANY, before, after);
      const data = { companyId: after.id, name: after.name, changed };
      return changed.length === 0 ? undefined : { type: 'CompanyUpdated', data };
    },
    exists: ({ id: companyId, name }: CompanyRow) => ({ type: 'CompanyAdded', data: { companyId, name } }),
  },
  jobs: {
    insert: (job: JobRow) => (job.is_active ? { type: 'JobPosted', data: dataOf(job) } : undefined),
    update: (before: JobRow, after: JobRow) => {
      if (before.is_active !== after.is_active)
        return { type: after.is_active ? 'JobPosted' : 'JobClosed', data: dataOf(after) };
      const changed = changedFields(OF_JOB, before, after);
      if (!after.is_active || changed.length === 0) return;
      return { type: 'JobUpdated', data: { ...dataOf(after), changed } };
    },
    delete: (job: JobRow) => (job.is_active ? { type: 'JobClosed', data: dataOf(job) } : undefined),
    exists: (job: JobRow) => (job.is_active ? { type: 'JobPosted', data: dataOf(job) } : undefined),
  },
};

const dataOf = ({ id: jobId, company_id: companyId, title }: JobRow) => ({ jobId, companyId, title });
