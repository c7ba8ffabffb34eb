import { type Static, Type } from 'typebox';

/** The form of JSON Resume (jsonresume.org), as far as we read and keep it, with bounds. */

const line = (maxLength = 500) => Type.Optional(Type.String({ maxLength }));
const text = () => Type.Optional(Type.String({ maxLength: 20_000 }));
const list = <T extends ReturnType<typeof Type.Object>>(item: T) =>
  Type.Optional(Type.Array(item, { maxItems: 100 }));
const day = () =>
  Type.Optional(
    Type.String({
      pattern: '^([1-2][0-9]{3}-[0-1][0-9]-[0-3][0-9]|[1-2][0-9]{3}-[0-1][0-9]|[1-2][0-9]{3})$',
      description: 'A day, a month or a year: 2023-04-01, 2023-04, 2023.',
    }),
  );

export const Work = Type.Object({
  name: line(),
  position: line(),
  location: line(),
  url: line(2_000),
  startDate: day(),
  endDate: day(),
  summary: text(),
  highlights: Type.Optional(Type.Array(Type.String({ maxLength: 5_000 }), { maxItems: 100 })),
});
export type Work = Static<typeof Work>;

export const Education = Type.Object({
  institution: line(),
  area: line(),
  studyType: line(),
  startDate: day(),
  endDate: day(),
});
export type Education = Static<typeof Education>;

const Skill = Type.Object({
  name: line(200),
  level: line(100),
  keywords: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 })),
});
const Language = Type.Object({ language: line(100), fluency: line(100) });
export type Language = Static<typeof Language>;

export const Resume = Type.Object({
  basics: Type.Optional(
    Type.Object({
      name: line(255),
      label: line(),
      email: line(320),
      phone: line(40),
      url: line(2_000),
      summary: text(),
      location: Type.Optional(
        Type.Object({
          address: line(),
          postalCode: line(20),
          city: line(255),
          countryCode: line(2),
          region: line(255),
        }),
      ),
    }),
  ),
  work: list(Work),
  education: list(Education),
  skills: Type.Optional(Type.Array(Skill, { maxItems: 200 })),
  languages: list(Language),
});
export type Resume = Static<typeof Resume>;
