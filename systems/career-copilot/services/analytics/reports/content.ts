import { type Cell, type Point, type ReportContent, seriesOf, type UserId } from '@banyan/analytics';
import type { Funnel, Summary } from '../../../api/analytics.ts';
import { funnel, summary } from '../careers/answers.ts';
import { careersOf } from '../careers/find.ts';
import { answeredAt, momentsIn, type Way, waysOf } from '../careers/moments.ts';
import type { Documents } from '../documents.ts';
import type { Company, Job } from '../hear.ts';

const HEADINGS = ['application', 'company', 'job', 'status', 'source', 'created', 'applied', 'answered'];
const WEEKS = 12;

/** What a report tells somebody of their search, whatever its format is. */
export async function contentOf(
  { provided }: { provided: Readonly<Record<string, unknown>> },
  { userId, zone, now }: { userId: UserId; zone: string; now: Date },
): Promise<ReportContent> {
  const documents = provided.documents as Documents;
  const { career, past } = await careersOf(documents, Number(userId));
  const ways = waysOf(career, past).toSorted((a, b) => a.id - b.id);
  const from = new Date(now.getTime() - (WEEKS - 1) * 7 * 86_400_000);
  const span = { from, to: now };
  const applied = await momentsIn(ways)('applied', span);
  const weeks = seriesOf(applied, { unit: 'week', zone, ...span });
  const rows = await rowsOf(documents, ways);
  return {
    table: [HEADINGS, ...rows],
    printed: printed({ summary: summary(career), funnel: funnel(career, past), weeks, rows }),
  };
}

async function rowsOf(documents: Documents, ways: readonly Way[]): Promise<Cell[][]> {
  const jobs = await documents.find<Job>('jobs', [...new Set(ways.map(({ jobId }) => jobId))]);
  const companies = await documents.find<Company>('companies', [
    ...new Set([...jobs.values()].map(({ companyId }) => companyId)),
  ]);
  return ways.map((way) => {
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
}

type Told = { summary: Summary; funnel: Funnel; weeks: Point[]; rows: Cell[][] };

function printed({ summary, funnel, weeks, rows }: Told): ReportContent['printed'] {
  return {
    title: 'My job search',
    sections: [
      {
        heading: 'Summary',
        lines: [
          `Applications: ${summary.total_applications}, of which ${summary.active_applications} are open`,
          `Answered: ${percent(summary.response_rate)}; offers: ${percent(summary.offer_rate)}`,
        ],
      },
      {
        heading: 'How far they came',
        bars: funnel.stages.map(({ stage, count }) => ({ label: stage, count })),
      },
      {
        heading: 'Applications by week',
        bars: weeks.map(({ period, count }) => ({ label: period, count })),
      },
      {
        heading: 'All applications',
        lines: rows.map(([, company, job, status, , , applied]) =>
          [job ?? 'a job', company, status, applied && String(applied).slice(0, 10)]
            .filter(Boolean)
            .join(', '),
        ),
      },
    ],
  };
}

function percent(rate: number): string {
  return `${Math.round(rate * 100)} %`;
}
