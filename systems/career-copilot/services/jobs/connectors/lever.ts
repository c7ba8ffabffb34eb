import {
  boardIn,
  type Connector,
  type Fields,
  fields,
  joined,
  jsonOf,
  listIn,
  postingsOf,
  several,
} from './posting.ts';
import { salaryOf } from './salary.ts';

/**
 * Job sites on Lever: a bare list. One of a company in the European Union has a host of its own: its board is `eu:<site>`. Nothing says
 * when a posting was changed, nor whose it is.
 */
export const lever: Connector = {
  isComplete: true,
  everySeconds: 900,
  addressOf: (board) => {
    const [, region, site] = /^(eu:)?(.*)$/s.exec(board)!;
    return `https://api.${region ? 'eu.' : ''}lever.co/v0/postings/${boardIn(site!)}?mode=json`;
  },
  parse: (payload, { company }) =>
    postingsOf(
      listIn(jsonOf(payload), 'postings').map((job) => {
        const categories = fields(job.categories);
        const { min, max, currency, interval } = fields(job.salaryRange);
        return {
          externalId: job.id,
          url: job.hostedUrl,
          title: job.text,
          company,
          location: joined([categories.location, ...several(categories.allLocations)]),
          remote: job.workplaceType === 'remote',
          employment: categories.commitment,
          description: descriptionOf(job),
          salary: salaryOf({ min, max, currency, period: interval, text: job.salaryDescriptionPlain }),
          postedAt: job.createdAt,
          expiresAt: null,
        };
      }),
    ),
};

/** In the order in which Lever shows it: what the job is, lists with a heading each, what else there is to say. */
function descriptionOf({ description, lists, additional }: Fields): string {
  const inLists = several(lists).map((one) => {
    const { text, content } = fields(one);
    return `<h3>${textIn(text)}</h3><ul>${textIn(content)}</ul>`;
  });
  return [textIn(description), ...inLists, textIn(additional)].join('\n');
}

const textIn = (value: unknown) => (typeof value === 'string' ? value : '');
