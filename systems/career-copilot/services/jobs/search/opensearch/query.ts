import type { JobSearchQuery } from '../../../../api/jobs.ts';
import type { Near } from '../../places/near.ts';
import type { Cursor } from '../cursor.ts';
import { BEGIN, END } from '../marks.ts';
import { MOST_SHOWN, MOST_VALUES } from '../search.ts';

/** Where a word is found, and how much more it says there. */
const FIELDS = ['title^4', 'about^2', 'description'];
/** For all words in the title: more than all other points together. */
const POINTS_OF_TITLE = 1_000;
const POINTS_OF_FRESH = 10;
/** After so long a job has half of these. */
const HALF_LIFE = '30d';

/** How far a job is whose places are not known, in a cursor, since JSON has no infinite number; epoch milliseconds are more, and no salary is so high. */
export const UNKNOWN_KM = 9e15;

/** A search as OpenSearch is asked it. `words`: what has to be found, each with the ways in which it may be; `asOf`: when it is fresh, ms. Pure. */
export function searchBody(
  words: readonly (readonly string[])[],
  query: JobSearchQuery,
  { asOf, after, near }: { asOf: number; after: Cursor | undefined; near: Near | undefined },
): object {
  const { page, limit } = query;
  const from = after ? 0 : (page - 1) * limit;
  const terms = (field: string) => ({
    terms: { field, size: MOST_VALUES, order: [{ _count: 'desc' }, { _key: 'asc' }] },
  });
  return {
    query: {
      bool: {
        must: words.map((ways) => anyOf(ways, FIELDS)),
        filter: filtersOf(query, near),
        should: [
          ...words.map((ways) => ({
            constant_score: { filter: anyOf(ways, ['title']), boost: POINTS_OF_TITLE / words.length },
          })),
          {
            function_score: {
              query: { match_all: {} },
              functions: [{ exp: { posted_at: { origin: asOf, scale: HALF_LIFE, decay: 0.5 } } }],
              boost_mode: 'replace',
              boost: POINTS_OF_FRESH,
            },
          },
        ],
      },
    },
    sort: [orderOf(query, near, words.length > 0), { job_id: 'desc' }],
    from,
    size: Math.max(0, Math.min(limit + 1, MOST_SHOWN - from)),
    ...(after ? { search_after: [after.score === UNKNOWN_KM ? 'Infinity' : after.score, after.id] } : {}),
    track_total_hits: true,
    track_scores: true,
    _source: false,
    highlight: {
      pre_tags: [BEGIN],
      post_tags: [END],
      fields: {
        title: { number_of_fragments: 0, no_match_size: 1_000 },
        description: { number_of_fragments: 2, fragment_size: 200, no_match_size: 200 },
      },
    },
    aggs: {
      job_type: terms('job_type'),
      remote: terms('remote'),
      location: terms('location'),
      seniority: terms('seniority'),
      company: terms('company_id'),
    },
  };
}

function anyOf(ways: readonly string[], fields: readonly string[]): object {
  return {
    dis_max: { queries: ways.map((query) => ({ multi_match: { query, fields, type: 'phrase' } })) },
  };
}

/** What comes first has more of it, or is less far: a cursor holds the value, which `search_after` takes back. */
function orderOf({ sort = 'relevance' }: JobSearchQuery, near: Near | undefined, hasWords: boolean): object {
  if (sort === 'salary') return { salary_max: { order: 'desc', missing: -1 } };
  if (sort === 'distance' && near)
    return { _geo_distance: { points: pointOf(near), order: 'asc', unit: 'km', mode: 'min' } };
  return sort === 'newest' || !hasWords ? { posted_at: 'desc' } : { _score: 'desc' };
}

const pointOf = ({ latitude, longitude }: Near) => ({ lat: latitude, lon: longitude });

function filtersOf(
  { location, job_type, remote, company_id, seniority, min_salary }: JobSearchQuery,
  near: Near | undefined,
): object[] {
  return [
    ...(near ? [nearTo(near)] : []),
    ...(location === undefined
      ? []
      : [{ wildcard: { place: { value: `*${literal(location.toLowerCase())}*` } } }]),
    ...(job_type === undefined ? [] : [{ term: { job_type } }]),
    ...(remote === undefined ? [] : [{ term: { remote } }]),
    ...(company_id === undefined ? [] : [{ term: { company_id } }]),
    ...(seniority === undefined ? [] : [{ term: { seniority } }]),
    ...(min_salary === undefined ? [] : [{ range: { salary_max: { gte: min_salary } } }]),
  ];
}

function nearTo(near: Near): object {
  const isNear = { geo_distance: { distance: `${near.within}km`, points: pointOf(near) } };
  return near.orRemote ? { bool: { should: [isNear, { term: { remote: true } }] } } : isNear;
}

function literal(text: string): string {
  return text.replace(/[*?\\]/g, '\\$&');
}
