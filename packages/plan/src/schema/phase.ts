import { flag, list, optional, record, required, text, whole } from './fields.ts';

const month = () => whole(1, 600, 'a month, counted from 1', '4');

const PhasePartSchema = record(
  {
    name: required('What it is.', text('a text', "'Users'")),
    service: optional(
      'The service of the plan that it is, or is to be: where it is then follows from that.',
      text("a service's name", "'users'"),
      {
        otherwise: 'it is no service, and `done` says where it is',
      },
    ),
    done: optional('Of what is no service: whether it is there.', flag(), { otherwise: 'false' }),
    why: optional('Why it comes where it does.', text('a text', "'Everything else knows people by its ids'")),
  },
  'a part { name, service, done, why }',
);

/** A part of the roadmap. */
export const PhaseSchema = record(
  {
    title: required('Its name in sentences.', text('a text', "'Strategic decomposition'")),
    from: required('Its first month, counted from the beginning of the migration.', month()),
    to: required('Its last month.', month()),
    parts: required(
      'What is to be there at its end, in the order in which it comes.',
      list(PhasePartSchema, 'a list of parts', "[{ name: 'Users', service: 'users' }]", 1),
    ),
  },
  'a phase { title, from, to, parts }',
);
