/**
 * A name of a place in the one form in which names are compared: `Łódź` as `lodz`, `St. Louis` and `Saint Louis` as `st louis`, `D.C.` as `dc`.
 * Empty for what has no letters. Pure.
 */
export function folded(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}.'’ʼ‘]/gu, '')
    .replace(/[łøđıßæœ]/g, (letter) => PLAIN[letter]!)
    .replace(/[^\p{L}]+/gu, ' ')
    .replace(/\b(?:saint|sankt)\b/g, 'st')
    .trim();
}

const PLAIN: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
};

/** `koeln` as `koln`: how umlauts are written where there are none. Undefined: nothing of the kind is in it. */
export function withoutUmlauts(name: string): string | undefined {
  const plain = name.replace(/([aou])e/g, '$1');
  return plain === name ? undefined : plain;
}

/** Names that people write, folded, for the name that the gazetteer has: it has one for each place. */
export const OTHER_NAMES: Readonly<Record<string, string>> = {
  antwerp: 'antwerpen',
  anvers: 'antwerpen',
  athen: 'athens',
  bangalore: 'bengaluru',
  'bay area': 'san francisco',
  belgrad: 'belgrade',
  beograd: 'belgrade',
  bombay: 'mumbai',
  breslau: 'wroclaw',
  brussel: 'brussels',
  bruxelles: 'brussels',
  bucuresti: 'bucharest',
  bukarest: 'bucharest',
  cdmx: 'mexico city',
  'ciudad de mexico': 'mexico city',
  cologne: 'koln',
  cracow: 'krakow',
  danzig: 'gdansk',
  'den haag': 'the hague',
  firenze: 'florence',
  florenz: 'florence',
  geneva: 'geneve',
  genf: 'geneve',
  ghent: 'gent',
  gothenburg: 'goteborg',
  hanover: 'hannover',
  hongkong: 'hong kong',
  kapstadt: 'cape town',
  kiev: 'kyiv',
  kiew: 'kyiv',
  kobenhavn: 'copenhagen',
  kopenhagen: 'copenhagen',
  krakau: 'krakow',
  lisboa: 'lisbon',
  lissabon: 'lisbon',
  lucerne: 'luzern',
  mailand: 'milan',
  milano: 'milan',
  moskau: 'moscow',
  moskva: 'moscow',
  munchen: 'munich',
  napoli: 'naples',
  neapel: 'naples',
  'new york': 'new york city',
  nuremberg: 'nurnberg',
  nyc: 'new york city',
  peking: 'beijing',
  posen: 'poznan',
  prag: 'prague',
  praha: 'prague',
  rom: 'rome',
  roma: 'rome',
  'san francisco bay': 'san francisco',
  seville: 'sevilla',
  singapur: 'singapore',
  strassburg: 'strasbourg',
  'tel aviv yafo': 'tel aviv',
  tokio: 'tokyo',
  torino: 'turin',
  venedig: 'venice',
  venezia: 'venice',
  warschau: 'warsaw',
  warszawa: 'warsaw',
  washington: 'washington dc',
  wien: 'vienna',
};
