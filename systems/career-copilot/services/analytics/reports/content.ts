import type { Funnel, Summary } from '../../../api/analytics.ts';
import { funnel, summary } from '../careers/answers.ts';
import { careersOf } from '../careers/find.ts';
import { answeredAt, waysOf } from '../careers/moments.ts';
import { type Point, seriesOf } from '../careers/series.ts';
import type { Company, Job } from '../hear.ts';
import type { Documents } from '../store/documents.ts';
import type { Cell } from './csv.ts';

/** What a report tells, whatever its format is. */
export type Content = {
  summary: Summary;
  funnel: Funnel;
  weeks: Point[];
  /** With a line of headings. */
  table: Cell[][];
};

const HEADINGS = ['application', 'company', 'job', 'status', 'source', 'created', 'applied', 'answered'];
const WEEKS = 12;

export async function contentOf(
  documents: Documents,
  userId: number,
  { zone, now }: { zone: string; now: Date },
): Promise<Content> {
  const { career, past } = await careersOf(documents, userId);
  const ways = waysOf(career, past).toSorted((a, b) => a.id - b.id);
  const jobs = await documents.find<Job>('jobs', [...new Set(ways.map(({ jobId }) => jobId))]);
  const companies = await documents.find<Company>('companies', [
    ...new Set([...jobs.values()].map(({ companyId }) => companyId)),
  ]);
  const rows = ways.map((way): Cell[] => {
    const job = jobs.get(way.jobId);
    const company = job && companies.get(job.companyId);
    return [
      way.id,
      company?.name ?? null,
      job?.title ?? null,
      way.isGhosted ? 'ghosted' : way.status,
      way.source,
      way.createdAt,
      way.appliedAt,
      answeredAt(way),
    ];
  });
  const applied = ways.flatMap(({ appliedAt }): [Date, number][] =>
    appliedAt === null ? [] : [[new Date(appliedAt), 1]],
  );
  const from = new Date(now.getTime() - (WEEKS - 1) * 7 * 86_400_000);
  return {
    summary: summary(career),
    funnel: funnel(career, past),
    weeks: seriesOf(applied, { unit: 'week', zone, from, to: now }),
    table: [HEADINGS, ...rows],
  };
}
