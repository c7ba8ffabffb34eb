import { list } from '@banyan/monolith/generator';

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
  ...list(topics).map((topic) => ({ name: topic, parent: area })),
]);

/** 400 of them, each in the category of its topic. */
export const SKILLS: readonly { name: string; category: string }[] = Object.values(AREAS).flatMap(
  ({ topics, aspects }) =>
    list(topics).flatMap((topic) =>
      list(aspects).map((aspect) => ({ name: `${topic}: ${aspect}`, category: topic })),
    ),
);

/** Where people are, and which clock is on their wall. */
export const PLACES = [
  { city: 'Berlin', zone: 'Europe/Berlin', latitude: 52.52, longitude: 13.405 },
  { city: 'London', zone: 'Europe/London', latitude: 51.507, longitude: -0.128 },
  { city: 'Lisboa', zone: 'Europe/Lisbon', latitude: 38.722, longitude: -9.139 },
  { city: 'Warszawa', zone: 'Europe/Warsaw', latitude: 52.23, longitude: 21.012 },
  { city: 'New York', zone: 'America/New_York', latitude: 40.713, longitude: -74.006 },
  { city: 'São Paulo', zone: 'America/Sao_Paulo', latitude: -23.551, longitude: -46.633 },
  { city: 'Nairobi', zone: 'Africa/Nairobi', latitude: -1.292, longitude: 36.822 },
  { city: 'Bengaluru', zone: 'Asia/Kolkata', latitude: 12.972, longitude: 77.594 },
  { city: 'Tokyo', zone: 'Asia/Tokyo', latitude: 35.677, longitude: 139.65 },
  { city: 'Sydney', zone: 'Australia/Sydney', latitude: -33.869, longitude: 151.209 },
] as const;
