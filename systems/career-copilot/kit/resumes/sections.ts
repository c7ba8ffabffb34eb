/** Parts of a résumé by their headings, in English and German. */
const HEADINGS = {
  summary:
    /^(summary|professional summary|profile|about( me)?|objective|profil|kurzprofil|über mich|zusammenfassung)$/,
  work: /^((work|professional|relevant)? ?experience|work history|employment( history)?|career( history)?|berufserfahrung|beruflicher werdegang|werdegang|berufspraxis)$/,
  education:
    /^(education|education and training|academic background|ausbildung|bildung|bildungsweg|studium|schulbildung)$/,
  skills:
    /^((technical|key|core|it|professional)? ?skills|core competencies|competencies|technologies|tools|kenntnisse|it kenntnisse|fachkenntnisse|fähigkeiten|kompetenzen)$/,
  languages: /^(languages?|language skills|sprachen|sprachkenntnisse)$/,
  other:
    /^(projects?|certifications?|certificates|interests|hobbies|references|volunteer(ing)?|awards|publications|projekte|zertifikate|weiterbildung(en)?|interessen|referenzen|ehrenamt|auszeichnungen)$/,
} as const;
export type Section = keyof typeof HEADINGS | 'header';

const LONGEST_HEADING = 40;
/** Lines beyond this many are no résumé's. */
const MOST_LINES = 5_000;
const LONGEST_LINE = 2_000;

/** The lines of each part; those before the first heading are the header. */
export function sectionsOf(text: string): Record<Section, string[]> {
  const sections: Record<Section, string[]> = {
    header: [],
    summary: [],
    work: [],
    education: [],
    skills: [],
    languages: [],
    other: [],
  };
  let current: Section = 'header';
  for (const raw of text.split(/\r\n?|\n|\f/).slice(0, MOST_LINES)) {
    const line = raw.slice(0, LONGEST_LINE).replace(/\s+/g, ' ').trim();
    if (line === '') continue;
    const heading = headingIn(line);
    if (heading) current = heading;
    else sections[current].push(line);
  }
  return sections;
}

function headingIn(line: string): Section | undefined {
  if (line.length > LONGEST_HEADING) return;
  const plain = line
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, ' ')
    .trim();
  return (Object.keys(HEADINGS) as (keyof typeof HEADINGS)[]).find((section) =>
    HEADINGS[section].test(plain),
  );
}

const BULLET = /^[•·▪◦‣●○*–—-]\s*/u;

export function isBullet(line: string): boolean {
  return BULLET.test(line);
}

export function withoutBullet(line: string): string {
  return line.replace(BULLET, '').trim();
}
