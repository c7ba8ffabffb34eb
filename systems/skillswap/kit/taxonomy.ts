/** A small taxonomy of what can be taught: of areas, topics, skills, and of how these go together. */

const BASICS = 'basics';

/** Area by area: its topics, and what of each can be taught. */
const AREAS: Record<string, { topics: string; aspects: string }> = {
  Languages: {
    topics: 'Spanish, German, Mandarin, Arabic, Japanese',
    aspects: `conversation, grammar, pronunciation, writing, reading, for business, exam preparation, vocabulary,
      for travel, literature`,
  },
  Music: {
    topics: 'Guitar, Piano, Violin, Drums, Singing',
    aspects: `technique, improvisation, sight-reading, theory, accompaniment, jazz, classical repertoire, songwriting,
      recording, performance`,
  },
  Programming: {
    topics: 'TypeScript, Python, Rust, SQL, Java',
    aspects: `basics, testing, debugging, performance, architecture, tooling, concurrency, code review, web services,
      data structures`,
  },
  Crafts: {
    topics: 'Woodwork, Sewing, Pottery, Knitting, Metalwork',
    aspects: `basics, tools, design, repair, finishing, materials, patterns, safety, small projects, large projects`,
  },
  Cooking: {
    topics: 'Baking, Italian cooking, Indian cooking, Fermentation, Pâtisserie',
    aspects: `basics, ingredients, sauces, seasoning, menus, equipment, preservation, presentation, for many guests,
      without meat`,
  },
  Sport: {
    topics: 'Running, Yoga, Climbing, Swimming, Fencing',
    aspects: `basics, technique, training plans, breathing, strength, flexibility, prevention of injuries, competition,
      nutrition, coaching`,
  },
  Arts: {
    topics: 'Drawing, Painting, Photography, Film, Calligraphy',
    aspects: `basics, composition, colour, light, portraits, landscapes, editing, materials, history, exhibitions`,
  },
  Business: {
    topics: 'Accounting, Marketing, Sales, Negotiation, Project management',
    aspects: `basics, planning, reporting, tools, presentations, law, strategy, interviews, leadership, analysis`,
  },
};

type Category = { name: string; parent: string | null };

/** Areas, and below each its topics. */
export const CATEGORIES: readonly Category[] = Object.entries(AREAS).flatMap(([area, { topics }]) => [
  { name: area, parent: null },
  ...named(topics).map((topic) => ({ name: topic, parent: area })),
]);

/** 400 of them, each in the category of its topic. */
export const SKILLS: readonly { name: string; category: string }[] = Object.values(AREAS).flatMap(
  ({ topics, aspects }) =>
    named(topics).flatMap((topic) =>
      named(aspects).map((aspect) => ({ name: `${topic}: ${aspect}`, category: topic })),
    ),
);

type Relation = { skill: string; other: string; kind: 'BUILDS_ON' | 'RELATED' };

/**
 * What else is there for who learns something: within a topic everything builds on its basics, where it has any; and the same aspect of two topics of an area
 * is related, but for the basics of each.
 */
export const RELATIONS: readonly Relation[] = Object.values(AREAS).flatMap(({ topics, aspects }) => {
  const own = named(aspects).filter((aspect) => aspect !== BASICS);
  const hasBasics = named(aspects).includes(BASICS);
  return named(topics).flatMap((topic, index) =>
    own.flatMap((aspect): Relation[] => {
      const skill = `${topic}: ${aspect}`;
      const others = named(topics).slice(index + 1);
      return [
        ...(hasBasics ? [{ skill, other: `${topic}: ${BASICS}`, kind: 'BUILDS_ON' as const }] : []),
        ...others.map((other) => ({ skill, other: `${other}: ${aspect}`, kind: 'RELATED' as const })),
      ];
    }),
  );
});

function named(list: string): string[] {
  return list.split(',').map((name) => name.trim());
}
