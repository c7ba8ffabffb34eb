import type { Resume } from '../../api/resume.ts';
import type { ProfileChanges } from '../../api/users.ts';

/** Lengths of the profile's fields. */
const LONGEST = { name: 255, phone: 40, location: 255, headline: 255, skill: 100 };
const MOST_SKILLS = 100;

/** What a résumé would make of its owner's profile; what it does not say is left out. */
export function profileIn({ basics = {}, work = [], skills = [] }: Resume): ProfileChanges {
  const headline = basics.label ?? work[0]?.position;
  const city = basics.location?.city;
  const named = skills.flatMap(({ name, keywords = [] }) =>
    keywords.length > 0 ? keywords : name ? [name] : [],
  );
  const listed = [...new Set(named.map((skill) => skill.trim().slice(0, LONGEST.skill)).filter(Boolean))];
  return {
    ...(basics.name?.trim() ? { full_name: basics.name.trim().slice(0, LONGEST.name) } : {}),
    ...(basics.phone ? { phone: basics.phone.slice(0, LONGEST.phone) } : {}),
    ...(city ? { location: city.slice(0, LONGEST.location) } : {}),
    ...(headline ? { headline: headline.slice(0, LONGEST.headline) } : {}),
    ...(listed.length > 0 ? { skills: listed.slice(0, MOST_SKILLS) } : {}),
  };
}
