/** Which of somebody's applications a mail is about: pure. */

export type Application = { id: number; job_title: string; company_name: string; status: string };

/** What of a mail tells whom it is from and what it is about. */
export type Clues = { subject: string; from: string; fromName: string; sentence: string };

export type Candidate = { application_id: number; company_name: string; job_title: string; score: number };

/** Ended ones are seldom written about. */
const OVER = new Set(['rejected', 'withdrawn', 'accepted']);
/** What companies are called besides their names. */
const LEGAL = /\b(gmbh|ag|se|kg|inc|ltd|llc|plc|corp|co|company|group|holding|the|und|and)\b/g;
const MOST_CANDIDATES = 5;
const COMPANY = 3;
const DOMAIN = 2;

/** The likeliest first; those for which nothing speaks are left out. Points: 3 for the company, 2 for its domain, up to 2 for the job. */
export function candidatesFor(clues: Clues, applications: readonly Application[]): Candidate[] {
  const said = ` ${wordsOf(`${clues.subject} ${clues.fromName} ${clues.sentence}`).join(' ')} `;
  const domain = domainOf(clues.from);
  return applications
    .map(({ id, job_title, company_name, status }) => {
      const company = wordsOf(company_name.toLowerCase().replace(LEGAL, ' '));
      const title = wordsOf(job_title);
      const named = company.length > 0 && said.includes(` ${company.join(' ')} `) ? COMPANY : 0;
      const written = company.length > 0 && domain.includes(company.join('')) ? DOMAIN : 0;
      const share =
        title.length > 0 ? title.filter((one) => said.includes(` ${one} `)).length / title.length : 0;
      const known = named + written + (share === 1 ? 2 : 0);
      const score = known === 0 ? 0 : known + (share === 1 ? 0 : share) - (OVER.has(status) ? 1 : 0);
      return { application_id: id, company_name, job_title, score: Math.round(score * 100) / 100 };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.application_id - a.application_id)
    .slice(0, MOST_CANDIDATES);
}

/**
 * The one application that a mail is about without a doubt: its company is named, the mail comes from the domain of that name, and nothing else
 * that goes on speaks for another one. Undefined: there is a doubt.
 */
export function certainlyAbout(clues: Clues, applications: readonly Application[]): number | undefined {
  const [first, ...others] = candidatesFor(
    clues,
    applications.filter(({ status }) => !OVER.has(status)),
  );
  if (!first || others.some(({ score }) => score >= COMPANY)) return undefined;
  const company = wordsOf(first.company_name.toLowerCase().replace(LEGAL, ' ')).join('');
  const labels = (clues.from.split('@').at(-1) ?? '').toLowerCase().split('.').slice(0, -1);
  const isTheirs = labels.some((label) => label.replaceAll('-', '') === company);
  return isTheirs && first.score >= COMPANY + DOMAIN ? first.application_id : undefined;
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}+#]+/u)
    .filter((one) => one !== '');
}

/** Of an address, without dots and hyphens: a company's name is one word there. */
function domainOf(address: string): string {
  return (address.split('@').at(-1) ?? '').toLowerCase().replace(/[^a-z0-9]/g, '');
}
