import type { Education, Language, Resume, Work } from '../../api/resume.ts';
import type { Skills } from '../skills/skills.ts';
import { periodIn } from './periods.ts';
import { isBullet, sectionsOf, withoutBullet } from './sections.ts';
import type { Understood } from './understood.ts';

/** How sure it is: what has one form only, what its place tells, what is a guess. */
const SURE = { form: 0.95, place: 0.75, guess: 0.4 };

const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/;
const PHONE = /\+?\(?\d[\d ()/.-]{6,24}\d/;
const WEB = /\bhttps?:\/\/[^\s|,;<>"]{3,200}|\b(?:www\.|linkedin\.com\/|github\.com\/)[^\s|,;<>"]{2,200}/i;
const NAME = /^\p{Lu}[\p{L}\p{M}.'’-]*(?: [\p{L}\p{M}.'’-]+){1,4}$/u;
const NO_NAME = /^(curriculum vitae|lebenslauf|r[ée]sum[ée]|cv)$/i;
const ROLE =
  /engineer|developer|entwickler|manager|analyst|designer|consultant|berater|architect|nurse|pfleger|teacher|lehrer|assistant|director|leiter|scientist|administrator|specialist|officer|accountant|buchhalter|technician|techniker|mechanic|driver|cook|koch|lead|head of|intern\b|trainee|werkstudent|programmer|researcher|writer|editor|sales|recruiter/i;
const SCHOOL = /universit|college|school|schule|institut|academy|akademie|gymnasium|\btu\b|\bfh\b/i;
const DEGREE =
  /\b(?:B\.? ?Sc|M\.? ?Sc|B\.? ?A|M\.? ?A|B\.? ?Eng|M\.? ?Eng|MBA|Ph\.? ?D|Bachelor|Master|Diplom|Magister|Doctor|Dr|Abitur|Ausbildung|Apprenticeship|A[ -]?levels|High school diploma)\b\.?(?: of (?:Science|Arts|Engineering))?/i;
const MOST_ENTRIES = 100;

/** What a résumé's text says. Pure; of any text something, were it nothing. */
export function understand(text: string, skills: Skills): Understood {
  const confidence: Record<string, number> = {};
  const note = (path: string, value: number) => {
    confidence[path] = value;
  };
  const sections = sectionsOf(text);
  const basics = basicsIn(sections.header, note);
  if (sections.summary.length > 0) {
    basics.summary = sections.summary.join(' ').slice(0, 20_000);
    note('basics.summary', SURE.place);
  }
  const work = entriesIn(sections.work).map((entry, index) => workOf(entry, `work[${index}]`, note));
  const education = entriesIn(sections.education).map((entry, index) =>
    educationOf(entry, `education[${index}]`, note),
  );
  const listed = skillsIn(sections.skills, skills, text, note);
  const languages = languagesIn(sections.languages, note);
  const resume: Resume = {
    ...(Object.keys(basics).length > 0 ? { basics } : {}),
    ...(work.length > 0 ? { work } : {}),
    ...(education.length > 0 ? { education } : {}),
    ...(listed.length > 0 ? { skills: listed } : {}),
    ...(languages.length > 0 ? { languages } : {}),
  };
  return { resume, confidence };
}

type Note = (path: string, value: number) => void;

function basicsIn(header: readonly string[], note: Note): NonNullable<Resume['basics']> {
  const basics: NonNullable<Resume['basics']> = {};
  const all = header.join('\n');
  const take = (field: 'email' | 'phone' | 'url', pattern: RegExp, sure: number) => {
    const found = pattern.exec(all)?.[0];
    if (found === undefined) return;
    basics[field] = found.slice(0, field === 'phone' ? 40 : 320);
    note(`basics.${field}`, sure);
  };
  take('email', EMAIL, SURE.form);
  take('phone', PHONE, SURE.place);
  take('url', WEB, SURE.form);
  const parts = header
    .flatMap((line) => line.split(/ ?[|•·] ?/))
    .map((part) => part.trim())
    .filter(
      (part) =>
        part !== '' && !NO_NAME.test(part) && !EMAIL.test(part) && !WEB.test(part) && !PHONE.test(part),
    );
  const name = parts.find((part) => NAME.test(part) && !ROLE.test(part));
  if (name !== undefined) {
    basics.name = name.slice(0, 255);
    note('basics.name', parts[0] === name ? SURE.place : SURE.guess);
  }
  const label = parts.find((part) => part !== name && ROLE.test(part));
  if (label !== undefined) {
    basics.label = label.slice(0, 255);
    note('basics.label', SURE.place);
  }
  const place = parts.find(
    (part) =>
      part !== name &&
      part !== label &&
      /^\p{Lu}[\p{L} .'’-]+(?:, ?[\p{L} .'’-]+)?$/u.test(part) &&
      part.length <= 60,
  );
  if (place !== undefined) {
    basics.location = { city: place.split(',')[0]!.trim() };
    note('basics.location.city', place.includes(',') ? SURE.place : SURE.guess);
  }
  return basics;
}

type Entry = { head: string[]; period: ReturnType<typeof periodIn>; lines: string[] };

/** Each period begins an entry; the line before it is its head, unless that is a bullet of the one before. */
function entriesIn(lines: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  let before: string[] = [];
  for (const line of lines) {
    const found = isBullet(line) ? undefined : periodIn(line);
    const last = entries.at(-1);
    if (found) {
      // One that follows the head of an entry without a period is that entry's.
      const head = before.slice(-2);
      if (last) last.lines.push(...before.slice(0, -2));
      entries.push({ head: [...head, ...(found.rest === '' ? [] : [found.rest])], period: found, lines: [] });
      before = [];
    } else if (last && (isBullet(line) || last.lines.length > 0 || before.length > 0 || line.length > 100)) {
      if (isBullet(line)) {
        last.lines.push(...before, line);
        before = [];
      } else before.push(line);
    } else if (last && partsOf(last.head).length < 2) last.head.push(line);
    else before.push(line);
    if (entries.length === MOST_ENTRIES) break;
  }
  entries.at(-1)?.lines.push(...before);
  return entries;
}

/** Who and what stand in one line, or in two. */
function partsOf(head: readonly string[]): string[] {
  return head
    .flatMap((line) => line.split(/ [|•·–—-] |, | at | bei |@/))
    .map((part) => part.trim())
    .filter(Boolean);
}

function workOf({ head, period, lines }: Entry, path: string, note: Note): Work {
  const work: Work = { ...period?.period };
  for (const field of ['startDate', 'endDate'] as const) if (work[field]) note(`${path}.${field}`, SURE.form);
  const parts = partsOf(head);
  const role = parts.find((part) => ROLE.test(part));
  const position = role ?? parts[0];
  const name = parts.find((part) => part !== position);
  if (position) {
    work.position = position.slice(0, 500);
    note(`${path}.position`, role ? SURE.place : SURE.guess);
  }
  if (name) {
    work.name = name.slice(0, 500);
    note(`${path}.name`, role ? SURE.place : SURE.guess);
  }
  const highlights = lines
    .filter(isBullet)
    .map((line) => withoutBullet(line))
    .filter(Boolean);
  const summary = lines.filter((line) => !isBullet(line)).join(' ');
  if (highlights.length > 0) work.highlights = highlights.slice(0, 100);
  if (summary !== '') work.summary = summary.slice(0, 20_000);
  return work;
}

function educationOf({ head, period, lines }: Entry, path: string, note: Note): Education {
  const education: Education = { ...period?.period };
  for (const field of ['startDate', 'endDate'] as const)
    if (education[field]) note(`${path}.${field}`, SURE.form);
  const parts = [...head, ...lines]
    .flatMap((line) => withoutBullet(line).split(/ [|•·–—-] |, /))
    .map((part) => part.trim())
    .filter(Boolean);
  const institution = parts.find((part) => SCHOOL.test(part)) ?? parts.find((part) => !DEGREE.test(part));
  if (institution) {
    education.institution = institution.slice(0, 500);
    note(`${path}.institution`, SCHOOL.test(institution) ? SURE.place : SURE.guess);
  }
  const degree = parts.find((part) => part !== institution && DEGREE.test(part));
  const studyType = degree === undefined ? undefined : DEGREE.exec(degree)?.[0];
  if (degree !== undefined && studyType !== undefined) {
    education.studyType = studyType;
    note(`${path}.studyType`, SURE.form);
    const area = degree
      .replace(studyType, '')
      .replace(/^[\s.]*(?:in|of)?\s+/i, '')
      .trim();
    if (area !== '') {
      education.area = area.slice(0, 500);
      note(`${path}.area`, SURE.place);
    }
  }
  return education;
}

/** What the part of skills lists; without one, what the text mentions. */
function skillsIn(
  lines: readonly string[],
  skills: Skills,
  text: string,
  note: Note,
): NonNullable<Resume['skills']> {
  const items = lines.flatMap((line) =>
    withoutBullet(line)
      .replace(/^[\p{L} &/]{2,30}: /u, '')
      .split(/[,;|•·]/),
  );
  const keys = lines.length > 0 ? skills.inList(items) : skills.inText(text);
  return keys.slice(0, 100).map((key, index) => {
    note(
      `skills[${index}].name`,
      lines.length === 0 ? SURE.guess : key.startsWith('~') ? SURE.place : SURE.form,
    );
    return { name: skills.label(key).slice(0, 100) };
  });
}

function languagesIn(lines: readonly string[], note: Note): Language[] {
  const items = lines.flatMap((line) => withoutBullet(line).split(/[,;|•·]/)).map((item) => item.trim());
  return items
    .flatMap((item): Language[] => {
      const match = /^(\p{L}{2,30})\s*[:(–-]*\s*([^()]{0,60})\)?$/u.exec(item);
      if (!match) return [];
      const fluency = match[2]!.trim();
      return [{ language: match[1]!, ...(fluency === '' ? {} : { fluency }) }];
    })
    .slice(0, 30)
    .map((language, index) => {
      note(`languages[${index}].language`, SURE.place);
      return language;
    });
}
