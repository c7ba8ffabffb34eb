import { createHash } from 'node:crypto';

/** Under which an index is searched, whichever it is at the moment. */
export const ALIAS = 'career-copilot-jobs';

/** Names that the tokenizer would cut to a letter, as schema.sql has them for PostgreSQL. */
const names = (pattern: string, replacement: string) => ({
  type: 'pattern_replace',
  pattern: `(?i)${pattern}`,
  replacement,
});
const text = { type: 'text', analyzer: 'words' };

/** Words as PostgreSQL's `english` has them, but for words that count nowhere, which nobody asks for. */
export const DEFINITION = {
  settings: {
    number_of_shards: 1,
    analysis: {
      char_filter: {
        cplusplus: names('\\bc[+][+]', 'cplusplus'),
        sharp: names('\\b([cf])#', '$1sharp'),
        dotnet: names('(?<=^|\\s)[.]net\\b', 'dotnet'),
      },
      filter: { stems: { type: 'stemmer', language: 'porter2' } },
      analyzer: {
        words: {
          char_filter: ['cplusplus', 'sharp', 'dotnet'],
          tokenizer: 'standard',
          filter: ['lowercase', 'stems'],
        },
      },
    },
  },
  mappings: {
    dynamic: 'strict',
    properties: {
      job_id: { type: 'integer' },
      company_id: { type: 'integer' },
      title: text,
      about: text,
      description: text,
      job_type: { type: 'keyword' },
      remote: { type: 'boolean' },
      location: { type: 'keyword' },
      place: { type: 'keyword' },
      points: { type: 'geo_point' },
      salary_max: { type: 'integer' },
      seniority: { type: 'keyword' },
      posted_at: { type: 'date', format: 'epoch_millis' },
    },
  },
} as const;

/** Another one means that the index is to be made anew. */
export const FORM = createHash('sha256').update(JSON.stringify(DEFINITION)).digest('hex').slice(0, 16);
