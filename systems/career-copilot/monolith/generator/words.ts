/** Names and words from several languages, so that accents, apostrophes and hyphens are everywhere. */

const list = (words: string): string[] => words.split(',').map((word) => word.replace(/\s+/g, ' ').trim());

export const GIVEN_NAMES =
  list(`Aaliyah, Adèle, Agnieszka, Ahmed, Aiko, Alejandro, Amélie, Ana, Anaïs, Anders, Andrea,
  Anjali, Ann-Kathrin, Anselm, Åsa, Aylin, Béatrice, Ben, Björn, Bruna, Camila, Carlos, Céline, Chiara, Chloé, Daniel,
  David, Deepika, Dimitri, Eilidh, Elena, Elif, Elżbieta, Emeka, Emil, Emma, Erik, Esra, Fatima, Fernanda, Fiona,
  François, Frida, Gabriela, Giorgos, Grace, Guðrún, Hana, Hannah, Hélène, Ibrahim, Ines, Ingrid, Isabel, Ivan, Jack,
  Jana, Jean-Luc, João, Jonas, José, Jürgen, Kaito, Karolína, Kateřina, Katharina, Kwame, Lars, Laura, Léa, Leila,
  Liam, Linh, Lucía, Łukasz, Luis, Magdalena, Mai, Marco, María, Mariana, Marie-Claire, Márton, Matteo, Maya, Mehmet,
  Mia, Michael, Mohammed, Nadia, Naïma, Ngozi, Niamh, Nikolai, Noah, Nuno, Oluwaseun, Olga, Oscar, Paweł, Pedro, Petra,
  Priya, Rafael, Rania, Rebecca, Renée, Ricardo, Robert, Rosa, Ryo, Saanvi, Samuel, Sara, Siobhán, Sofía, Søren,
  Stéphane, Sunita, Svetlana, Tadeusz, Tamar, Thomas, Tomáš, Uğur, Valentina, Viktor, Wei, William, Xiomara, Yara,
  Yasmin, Yuki, Zainab, Žaneta, Zoë`);

export const FAMILY_NAMES =
  list(`Adeyemi, Ågren, Almeida, Andersson, Aslan, Bauer, Beaumont, Bianchi, Björklund, Bondarenko,
  Boateng, Brown, Castillo, Çelik, Chen, Colombo, Costa, Czarnecki, D'Angelo, D'Souza, Dąbrowski, De Luca, Demir,
  Dubois, Dvořák, Eriksen, Esposito, Fernández, Ferreira, Fischer, Fitzgerald, Fontaine, García, Gómez, González, Green,
  Großmann, Gupta, Haddad, Hansen, Hernández, Hoffmann, Horvat, Ito, Ivanov, Jansen, Johansson, Jones, Kaya, Keller,
  Khan, Kim, Kovács, Kowalski, Kumar, L'Heureux, Lefèvre, Li, Lindqvist, López, Lund, M'Bala, MacDonald, Martínez,
  McCarthy, Mehta, Mensah, Meyer, Moreau, Müller, N'Diaye, Nakamura, Nguyen, Nielsen, Novák, O'Brien, O'Connor,
  O'Sullivan, Okafor, Oliveira, Öztürk, Papadopoulos, Patel, Pereira, Petrov, Quispe, Ramírez, Rossi, Ruiz, Saint-Clair,
  Santos, Sato, Schäfer, Schmidt, Silva, Singh, Smith, Søndergaard, Suzuki, Świątek, Szabó, Takahashi, Tanaka, Thompson,
  Torres, Tóth, Tran, Van den Berg, Vargas, Vasquez, Virtanen, Von Stein, Wagner, Walker, Wang, Weber, Williams, Wójcik,
  Yamamoto, Yılmaz, Zhang, Ziegler, Żukowski`);

export const MIDDLE_NAMES = list(
  'Marie, Lee, J., van, de la, Grace, Luís, K., Jo, Augusta, del, Kofi, Mei, St., A.',
);

export const SINGLE_NAMES = list(
  'Madonna, Suharto, Ronaldinho, Björk, Teller, Aishwarya, Kālidāsa, Prince, Zendaya',
);

export const CITIES =
  list(`Amsterdam, Athens, Barcelona, Bengaluru, Berlin, Boston, Bogotá, Brno, Chicago, Copenhagen,
  Córdoba, Dublin, Edinburgh, Genève, Göteborg, Hamburg, Helsinki, İstanbul, Kraków, Lagos, Lisboa, London, Łódź, Lyon,
  Madrid, Malmö, Medellín, Milano, Montréal, München, Nairobi, New York, Oslo, Paris, Praha, Reykjavík, São Paulo,
  Seattle, Singapore, Stockholm, Sydney, Tokyo, Toronto, Utrecht, Warszawa, Wien, Zürich`);

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
