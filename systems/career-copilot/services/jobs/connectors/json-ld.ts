import { scriptsOf } from './html.ts';
import {
  addressIn,
  type Connector,
  type Fields,
  fields,
  joined,
  line,
  postingsOf,
  several,
} from './posting.ts';
import { type Salary, salaryFromText, salaryOf } from './salary.ts';

const DEEPEST = 8;

/**
 * A page with schema.org's JobPosting as JSON-LD, or several. Its board is the page's address. A script that is no JSON is passed over,
 * as search engines do.
 */
export const jsonLd: Connector = {
  isComplete: true,
  isPosting: true,
  everySeconds: 3_600,
  addressOf: addressIn,
  parse: (payload, { url, company }) =>
    postingsOf(
      scriptsOf(payload, 'application/ld+json')
        .flatMap((script) => postingsIn(parsed(script)))
        .map((job) => ({
          externalId: idOf(job) ?? absolute(job.url, url) ?? url,
          url: absolute(job.url, url) ?? url,
          title: job.title,
          company: nameIn(job.hiringOrganization) ?? company,
          location: joined(several(job.jobLocation).map(placeOf)),
          remote: several(job.jobLocationType).includes('TELECOMMUTE'),
          employment: joined(several(job.employmentType), ', '),
          description: job.description,
          salary: salaryIn(job.baseSalary),
          postedAt: job.datePosted,
          expiresAt: job.validThrough,
        })),
    ),
};

function parsed(script: string): unknown {
  try {
    return JSON.parse(script);
  } catch {
    return null;
  }
}

/** They stand alone, in a list, in a graph, or as what another thing is about. */
function postingsIn(value: unknown, depth = 0): Fields[] {
  if (depth > DEEPEST || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => postingsIn(each, depth + 1));
  const thing = fields(value);
  if (
    several(thing['@type']).some((type) => type === 'JobPosting' || type === 'http://schema.org/JobPosting')
  )
    return [thing];
  return ['@graph', 'mainEntity', 'itemListElement', 'item'].flatMap((key) =>
    postingsIn(thing[key], depth + 1),
  );
}

function idOf({ identifier }: Fields): unknown {
  const { value } = fields(identifier);
  const id = value ?? identifier;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

function nameIn(organization: unknown): string | null {
  return line(organization) ?? line(fields(organization).name);
}

function absolute(address: unknown, page: string): string | undefined {
  return typeof address === 'string' ? URL.parse(address, page)?.href : undefined;
}

function placeOf(place: unknown): string | null {
  const { address, name } = fields(place);
  const { addressLocality, addressRegion, addressCountry } = fields(address);
  const country = line(addressCountry) ?? line(fields(addressCountry).name);
  return (
    line(address) ?? joined([addressLocality, addressRegion, country], ', ') ?? line(name) ?? line(place)
  );
}

/** A MonetaryAmount, whose value is a number or a QuantitativeValue; a bare number or text is what people write in its place. */
function salaryIn(baseSalary: unknown): Salary | null {
  if (typeof baseSalary === 'string') return salaryFromText(baseSalary);
  const amount = fields(several(baseSalary)[0]);
  const quantity = fields(amount.value);
  const single = quantity.value ?? (typeof amount.value === 'object' ? undefined : amount.value);
  return salaryOf({
    min: quantity.minValue ?? amount.minValue ?? single,
    max: quantity.maxValue ?? amount.maxValue ?? single,
    currency: amount.currency ?? amount.currencyCode,
    period: quantity.unitText ?? amount.unitText,
  });
}
