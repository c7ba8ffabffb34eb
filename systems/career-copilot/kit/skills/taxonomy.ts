/**
 * The skills that are known without any import, one a line: how it is shown, then other ways to write it. A word after `=` counts in
 * running text only as it is written here ("we Excel" is a typo, "Excel" a program); one after `!` counts in lists of skills only,
 * since as a word of a sentence it means something else.
 */
const LINES = `
JavaScript: js, ecmascript, es6, vanilla js
TypeScript: ts
Python: python3
Java: java se, java 8, java 11, java 17, java 21
Kotlin
=Scala
Groovy
Clojure
C: !c, c programming, ansi c
C++: cpp, c plus plus
C#: csharp, c sharp
.NET: dotnet, dot net, asp.net, .net core
F#
Go: golang, !go
=Rust
=Swift
Objective-C: obj-c
=Ruby
Ruby on Rails: rails, ror
PHP
Laravel
Symfony
Perl
R: !r, r programming, rstudio
MATLAB
Julia: !julia, julia language
Haskell
Erlang
Elixir
=Dart
Flutter
Lua
COBOL
Fortran
ABAP
Assembly: assembler, assembly language
Shell scripting: bash, !shell, shell script, shell scripts, zsh
PowerShell
SQL: structured query language
PL/SQL: plsql
T-SQL: tsql
HTML: html5
CSS: css3
Sass: scss, less css
Tailwind CSS: tailwind, tailwindcss
=React: reactjs, react.js
React Native
Redux
=Angular: angularjs, angular.js
=Vue: vuejs, vue.js
Svelte: sveltekit
Next.js: nextjs, next js
Nuxt: nuxtjs, nuxt.js
jQuery
Node.js: nodejs, node js, !node
Express: !express, expressjs, express.js
NestJS: nest.js
Fastify
Django
=Flask
FastAPI
Spring: !spring, spring framework
Spring Boot: springboot
Hibernate: jpa
GraphQL
=REST: rest api, rest apis, restful, restful api, restful apis
gRPC
OpenAPI: swagger
WebSockets: websocket
Microservices: microservice, micro services, microservice architecture
Event-driven architecture: event driven
Domain-driven design: ddd
Event sourcing: cqrs
PostgreSQL: postgres, postgre
MySQL: mariadb
Oracle Database: =Oracle, oracle db
Microsoft SQL Server: sql server, mssql, ms sql
SQLite
MongoDB: mongo
Redis
Cassandra
DynamoDB
Elasticsearch: elastic search, elk
OpenSearch
Neo4j
Snowflake
BigQuery: big query
Redshift
Databricks
Apache Kafka: kafka
RabbitMQ: rabbit mq
Apache Spark: =Spark, pyspark
Apache Flink: flink
Hadoop: hdfs, mapreduce
Airflow: apache airflow
dbt
ETL: elt, data pipelines, data pipeline
Data modelling: data modeling, data model, data models
Data warehousing: data warehouse, dwh
Data analysis: data analytics, data analyst
Data engineering
Data visualisation: data visualization
Business intelligence: !bi
Tableau
Power BI: powerbi
Looker
Pandas
NumPy
scikit-learn: sklearn
TensorFlow
PyTorch
Keras
Machine learning: !ml
Deep learning: neural networks
Natural language processing: nlp
Computer vision: opencv
Large language models: llm, llms, generative ai, genai, prompt engineering
Artificial intelligence: !ai
Statistics: statistical analysis, statistical modelling
A/B testing: ab testing, a/b tests
Experimentation: design of experiments
AWS: amazon web services, ec2, aws lambda
Azure: microsoft azure
Google Cloud: gcp, google cloud platform
Docker: containers, containerisation, containerization
Kubernetes: k8s, kubectl
Helm: !helm, helm charts
Terraform: infrastructure as code, iac
Ansible
=Puppet
Chef Infra
Jenkins
GitHub Actions
GitLab CI: gitlab ci/cd
CI/CD: continuous integration, continuous delivery, continuous deployment, ci
Git: github, gitlab, version control
Linux: unix, debian, ubuntu, rhel, red hat
Windows Server: active directory
Networking: tcp/ip, computer networks, network engineering, ccna
Nginx
Istio: service mesh
Prometheus
Grafana
Datadog
Splunk
OpenTelemetry: observability
DevOps: dev ops, devops engineer
Site reliability engineering: sre, site reliability
Incident management: on-call, incident response
Cybersecurity: cyber security, information security, infosec, it security
Penetration testing: pentesting, pen testing, ethical hacking
OWASP: application security, appsec
Identity management: iam, oauth, openid connect, sso
Cryptography: pki
ISO 27001
SOC 2
Compliance: regulatory compliance
GDPR: data protection, dsgvo, datenschutz
Embedded systems: !embedded, embedded software, firmware
RTOS: freertos
FPGA: vhdl, verilog
PLC programming: =PLC, siemens s7, simatic
Robotics: ros
Internet of things: iot
CAD: autocad, computer-aided design
SolidWorks
CATIA
Mechanical engineering: maschinenbau
Electrical engineering: elektrotechnik
Civil engineering: bauingenieurwesen
Chemical engineering
Manufacturing: fertigung
Quality management: iso 9001, quality control, qualitätsmanagement
Six Sigma: lean six sigma
Lean management: lean manufacturing, kaizen
Welding: schweißen, mig welding, tig welding
CNC machining: cnc
Plumbing
Carpentry
Electrical installation: electrician, elektroinstallation
HVAC
Forklift operation: forklift, forklift licence, gabelstapler, staplerschein
Driving licence: driver's license, driving license, driver licence, führerschein
iOS development: ios, xcode
Android development: =Android, android sdk
Unity: !unity, unity3d
Unreal Engine: !unreal
Game development
Blockchain: smart contracts, solidity
WebAssembly: wasm
Accessibility: wcag, a11y
Responsive design
SEO: search engine optimisation, search engine optimization
SEM: search engine marketing, google ads, adwords
Google Analytics: ga4
Content marketing: content strategy
Copywriting
Social media marketing: social media
Email marketing: mailchimp
Marketing automation: hubspot, marketo
Brand management: branding
Market research
Public relations
Event management: event planning
Graphic design
UI design: user interface design, ui/ux, ux/ui, !ui
UX design: user experience, user experience design, !ux
UX research: user research, usability testing
Figma
Sketch: !sketch, sketch app
Adobe Photoshop: photoshop
Adobe Illustrator: =Illustrator
Adobe InDesign: indesign
Adobe Creative Suite: creative cloud
Video editing: premiere pro, final cut
Photography
3D modelling: blender, maya, 3d modeling
Typography
Technical writing: technical documentation
Translation
Proofreading
Journalism
Testing: software testing, manual testing, test cases
Test automation: automated testing, automated tests
Selenium
Cypress: !cypress, cypress.io
Playwright: playwright test
Jest: !jest, jest tests
JUnit
Test-driven development: tdd
Performance testing: load testing, jmeter
Quality assurance: qa
Agile: agile methods, agile methodology, agile methodologies
Scrum: scrum master, csm
Kanban
=SAFe: scaled agile
Jira
Confluence
Product management: product owner, product roadmap
Project management: pmp, prince2, projektmanagement
Program management: programme management
Requirements engineering: requirements analysis, requirements gathering
Business analysis: business analyst
Process improvement: process optimisation, process optimization
Change management
Risk management
Stakeholder management
Software architecture: system design, solution architecture, software design
Enterprise architecture: togaf
Code review: code reviews, peer review
Algorithms: data structures
Object-oriented programming: oop, object oriented
Functional programming
Distributed systems
Parallel computing: cuda, multithreading, concurrency
High availability: disaster recovery
SAP: sap erp, s/4hana, sap hana
Salesforce: sfdc
ServiceNow
Microsoft Dynamics: dynamics 365
SharePoint
Microsoft Office: ms office, office 365, microsoft 365
Microsoft Excel: =Excel, ms excel, spreadsheets, pivot tables, vba
Microsoft Word: !word, ms word
PowerPoint: ms powerpoint
Google Workspace: g suite
WordPress
Shopify
Drupal
CRM: customer relationship management
ERP
ITIL: it service management, itsm
Technical support: it support, helpdesk, help desk
Customer service: customer support, kundenservice
Customer success
Sales: !sales, sales experience, vertrieb
Business development: !bizdev
Account management: key account management
Lead generation: cold calling, prospecting
Retail: !retail, einzelhandel
E-commerce: ecommerce, online shop
Merchandising
Cash handling: cashier
Negotiation: negotiating
Procurement: purchasing, einkauf
Supply chain management: supply chain
Logistics: logistik
Warehousing: warehouse management, lagerlogistik
Inventory management: stock management
Transport planning: fleet management, dispatching
Accounting: bookkeeping, buchhaltung, accountant
Financial analysis: financial modelling, financial modeling
Financial reporting: ifrs, us gaap, hgb
Controlling: !controlling, cost accounting
Budgeting: budget management
Auditing: internal audit
Taxation: tax law, steuerrecht
Payroll: lohnabrechnung
DATEV
QuickBooks: xero
Banking: !banking
Investment analysis: portfolio management, asset management
Insurance: !insurance, underwriting
Actuarial science
Anti-money laundering: aml, kyc
Recruiting: recruitment, talent acquisition
Human resources: !hr, personalwesen
Employee relations: labour relations
Training and development: learning and development
Coaching: mentoring
Employment law: labour law, arbeitsrecht
Contract law: contract drafting, contract management
Intellectual property: patents
Legal research: paralegal
Administration: office administration, office management
Data entry
Scheduling: calendar management
Minute taking
Teaching: classroom teaching, lesson planning, teacher
Special needs education: special education
Early childhood education: childcare, kindergarten
Curriculum development
Nursing: registered nurse, krankenpflege, pflege, nurse
Patient care: bedside care
Elderly care: altenpflege, geriatric care
Intensive care: icu
First aid: cpr, bls, erste hilfe
Wound care: wound management
Medication administration
Emergency medicine: paramedic
Physiotherapy: physical therapy
Occupational therapy
Pharmacy: pharmaceutical
Laboratory work: lab techniques, pcr, hplc
Clinical trials: gcp guidelines, clinical research
Medical coding: icd-10
Psychology: counselling, psychotherapy
Social work: case management, sozialarbeit
Biology: molecular biology
Chemistry: analytical chemistry
Physics
Mathematics
Bioinformatics: genomics
GIS: arcgis, qgis
Environmental management: sustainability, iso 14001
Occupational safety: health and safety, osha, arbeitssicherheit
Food safety: haccp, food hygiene
Cooking: chef, chef de partie, culinary
Baking
Bartending: barista
Waiting tables: table service, waiter, waitress
Housekeeping
Hospitality: hotel management
Cleaning: !cleaning, industrial cleaning
Gardening: landscaping
Construction: !construction, bauleitung
Surveying
Architecture: !architecture, building design, bim, revit
Real estate: property management
Security services: security guard
Public speaking: presentation skills, presentations
Communication: communication skills
Teamwork: team player, teamfähigkeit
Leadership: people management, team lead, team leadership, führungserfahrung
Problem solving
Critical thinking: analytical skills, analytical thinking
Time management
Conflict resolution
Creativity: !creativity
English: !english, business english, englisch
German: !german, deutsch
French: !french, französisch
Spanish: !spanish, spanisch
Italian: !italian, italienisch
Portuguese: !portuguese
Dutch: !dutch, niederländisch
Polish: !polish, polnisch
Turkish: !turkish, türkisch
Russian: !russian, russisch
Arabic: !arabic, arabisch
Mandarin: !mandarin, mandarin chinese, chinesisch
Japanese: !japanese, japanisch
Sign language: gebärdensprache
`;

/** How a way to write a skill is taken in running text: by its letters, only in this case, or not at all. */
export type Mark = 'anywhere' | 'as written' | 'in lists';

export type SkillEntry = { label: string; written: { text: string; mark: Mark }[] };

/** The shipped skills. */
export const OWN_SKILLS: readonly SkillEntry[] = LINES.trim().split('\n').map(entryOf);

function entryOf(row: string): SkillEntry {
  const at = row.indexOf(': ');
  const [label, others] = at < 0 ? [row, ''] : [row.slice(0, at), row.slice(at + 2)];
  const first = wayOf(label);
  const ways = others === '' ? [] : others.split(', ').map(wayOf);
  // A label that is ambiguous in text is listed once more among the others, with its mark.
  const isMarked = ways.some(({ text }) => text.toLowerCase() === first.text.toLowerCase());
  return { label: first.text, written: isMarked ? ways : [first, ...ways] };
}

function wayOf(word: string): SkillEntry['written'][number] {
  if (word.startsWith('=')) return { text: word.slice(1), mark: 'as written' };
  if (word.startsWith('!')) return { text: word.slice(1), mark: 'in lists' };
  return { text: word, mark: 'anywhere' };
}
