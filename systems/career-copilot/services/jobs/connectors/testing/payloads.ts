/** One answer of each source, in the form in which it publishes. */
export const PAYLOADS = {
  greenhouse: {
    jobs: [
      {
        id: 127_817,
        internal_job_id: 144_381,
        title: 'Vault Designer &amp; Builder ',
        updated_at: '2026-06-01T10:55:28-05:00',
        first_published: '2026-01-14T10:55:28-05:00',
        requisition_id: '50',
        location: { name: 'Remote, NYC' },
        absolute_url: 'https://boards.greenhouse.io/vaulttec/jobs/127817',
        metadata: null,
        content: '&lt;p&gt;Build &lt;b&gt;vaults&lt;/b&gt; &amp;amp; more.&lt;/p&gt;',
        departments: [{ id: 13_583, name: 'Department of Departments', parent_id: null, child_ids: [] }],
        offices: [
          { id: 8_304, name: 'East Coast', location: 'United States', parent_id: null, child_ids: [] },
        ],
        pay_input_ranges: [
          {
            min_cents: 5_000_000,
            max_cents: 7_500_000,
            currency_type: 'USD',
            title: 'NYC Salary Range',
            blurb: '',
          },
        ],
      },
    ],
    meta: { total: 1 },
  },
  lever: [
    {
      id: 'ac5d4f2e',
      text: 'Engineer',
      categories: {
        commitment: 'Full-time',
        department: 'Software',
        location: 'Toronto',
        team: 'Data',
        allLocations: ['Toronto', 'Berlin'],
      },
      country: 'CA',
      workplaceType: 'remote',
      createdAt: 1_784_172_458_969,
      description: '',
      lists: [{ text: 'You have', content: '<li>SQL</li>' }],
      additional: 'Good luck.',
      hostedUrl: 'https://jobs.lever.co/leverdemo/ac5d4f2e',
      applyUrl: 'https://jobs.lever.co/leverdemo/ac5d4f2e/apply',
      salaryRange: { min: 100_000, max: 130_000, currency: 'CAD', interval: 'per-year-salary' },
    },
  ],
  ashby: {
    apiVersion: '1',
    jobs: [
      {
        id: 'job-1',
        title: 'Engineer',
        department: 'Engineering',
        team: null,
        employmentType: 'FullTime',
        location: 'New York City',
        secondaryLocations: [{ location: 'London', address: null }],
        address: { postalAddress: { addressLocality: 'New York City', addressCountry: 'United States' } },
        isListed: true,
        isRemote: false,
        workplaceType: 'Hybrid',
        publishedAt: '2026-01-01T00:00:00.000Z',
        descriptionHtml: '<p>Hello</p>',
        descriptionPlain: 'Hello',
        jobUrl: 'https://jobs.ashbyhq.com/example/job-1',
        applyUrl: 'https://jobs.ashbyhq.com/example/job-1/application',
        compensation: {
          compensationTierSummary: '$160K – $190K',
          summaryComponents: [
            {
              compensationType: 'Salary',
              interval: '1 YEAR',
              currencyCode: 'USD',
              minValue: 160_000,
              maxValue: 190_000,
            },
            {
              compensationType: 'EquityPercentage',
              interval: 'NONE',
              currencyCode: null,
              minValue: null,
              maxValue: null,
            },
          ],
        },
      },
      { id: 'job-2', title: 'Secret', isListed: false, jobUrl: 'https://jobs.ashbyhq.com/example/job-2' },
    ],
  },
  remotive: {
    '0-legal-notice': 'Remotive API Legal Notice',
    'job-count': 1,
    jobs: [
      {
        id: 123,
        url: 'https://remotive.com/remote-jobs/product/lead-developer-123',
        title: 'Lead Developer',
        company_name: 'Remotive',
        category: 'Software Development',
        job_type: 'full_time',
        publication_date: '2026-02-15T10:23:26',
        candidate_required_location: 'Worldwide',
        salary: '$40,000 - $50,000',
        description: '<p>The full <i>story</i></p>',
      },
    ],
  },
  rss: `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Jobs</title>
<item><title>R&amp;D Engineer (Remote)</title><link>https://example.com/jobs/1</link>
  <description>short</description><content:encoded><![CDATA[<p>Good &amp; bad</p>]]></content:encoded>
  <pubDate>Mon, 02 Nov 2026 09:00:00 GMT</pubDate></item>
<item><title>Poet</title><guid isPermaLink="false">job-2</guid><link>https://example.com/jobs/2</link>
  <description>&lt;b&gt;Verse&lt;/b&gt;</description><pubDate>soon</pubDate></item>
</channel></rss>`,
  'json-ld': `<!doctype html><html><head><script>var a = '</p>';</script>
<script type="application/ld+json">{"@context": "https://schema.org/", "@graph": [
  {"@type": "WebPage", "name": "Careers"},
  {"@type": "JobPosting", "title": "Software Engineer", "description": "<p>Google aspires.</p>",
   "identifier": {"@type": "PropertyValue", "name": "Google", "value": "1234567"},
   "datePosted": "2026-01-18", "validThrough": "2027-03-18T00:00", "employmentType": ["CONTRACTOR", "PART_TIME"],
   "hiringOrganization": {"@type": "Organization", "name": "Google", "sameAs": "https://www.google.com"},
   "jobLocationType": "TELECOMMUTE",
   "jobLocation": {"@type": "Place", "address": {"@type": "PostalAddress", "addressLocality": "Mountain View",
     "addressRegion": "CA", "addressCountry": {"@type": "Country", "name": "US"}}},
   "baseSalary": {"@type": "MonetaryAmount", "currency": "USD",
     "value": {"@type": "QuantitativeValue", "minValue": 40.0, "maxValue": 50.0, "unitText": "HOUR"}}}
]}</script></head><body>Apply</body></html>`,
} as const;
