import { list } from '@banyan/monolith/generator';

export const SKILLS =
  list(`Accounting, Agile, Airflow, Angular, AWS, Azure, C++, Communication, CSS, Data modelling, Django,
  Docker, Elasticsearch, Excel, FastAPI, Figma, Financial analysis, GDPR, Go, GraphQL, HTML, Java, JavaScript, Kafka,
  Kotlin, Kubernetes, Leadership, Linux, Machine learning, Negotiation, Next.js, Node.js, PHP, PostgreSQL, Project
  management, Python, R, React, Redis, Ruby, Rust, Sales, Scala, Scrum, SEO, Spark, SQL, Swift, Tableau, Terraform,
  TypeScript, UX research, Vue`);

export const PROFESSIONS =
  list(`Accountant, Backend Engineer, Business Analyst, Cloud Architect, Content Strategist,
  Customer Success Manager, Data Analyst, Data Engineer, Data Scientist, DevOps Engineer, Embedded Developer, Frontend
  Engineer, Full-Stack Developer, Graphic Designer, HR Partner, Machine Learning Engineer, Marketing Manager, Mobile
  Developer, Network Engineer, Operations Manager, Product Designer, Product Manager, Project Manager, QA Engineer,
  Recruiter, Sales Executive, Scrum Master, Security Analyst, Site Reliability Engineer, Solutions Consultant, Technical
  Writer, UX Researcher`);

export const SENIORITY = ['Junior', '', '', 'Senior', 'Senior', 'Lead', 'Principal', 'Staff'];

export const INDUSTRIES =
  list(`Automotive, Banking, Biotechnology, Construction, Consulting, E-commerce, Education, Energy,
  Fashion, Food, Gaming, Health care, Insurance, Logistics, Manufacturing, Media, Public sector, Retail, Software,
  Telecommunications, Travel`);

export const COMPANY_WORDS =
  list(`Acorn, Aero, Alpine, Amber, Anchor, Apex, Arbor, Aurora, Beacon, Birch, Blue Harbour, Bright,
  Bridge, Cascade, Cedar, Cobalt, Comet, Copper, Crescent, Delta, Echo, Elm, Ember, Evergreen, Falcon, Fjord, Granite,
  Harbor, Horizon, Indigo, Iris, Juniper, Keystone, Lantern, Lark, Lumen, Maple, Meridian, Mosaic, Nimbus, North Star,
  Oak, Onyx, Orbit, Osprey, Pine, Pioneer, Quartz, Raven, Redwood, Ridge, River, Saffron, Sierra, Solstice, Summit,
  Tundra, Vertex, Willow, Zephyr`);

export const COMPANY_ENDS = list(
  'AG, & Co., GmbH, Group, Inc., Labs, Ltd., Partners, S.A., Solutions, Systems, Works',
);

export const SENTENCES = [
  'You will own a product from the first sketch to its operation.',
  'We work in small teams that talk to their users every week.',
  'Our stack is plain, well tested and documented.',
  'You care about how things are made as much as about what they do.',
  'We offer thirty days of leave, a training budget and honest feedback.',
  'Part of the team works remotely; we meet twice a year.',
  'You will mentor younger colleagues and review their work.',
  'Experience with regulated environments is welcome, not required.',
  "It's a role for someone who isn't afraid of legacy systems.",
  'The position is open from the first day of next month.',
];

export const NOTES = [
  'Spoke to the recruiter; she will call back on Tuesday.',
  'Ask about on-call duty & overtime.',
  'Salary range looks low.\nStill worth a talk.',
  'Former colleague works there - ask him.',
  'Prepare: system design, "tell me about a conflict".',
  'Très sympa. Deuxième entretien la semaine prochaine.',
  'Take-home exercise took five hours (!).',
  'Path on disk: C:\\cv\\2025\\final.pdf',
];
