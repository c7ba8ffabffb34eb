import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { areasOf } from './areas.ts';
import { gazetteer } from './gazetteer.ts';
import { OTHER_NAMES } from './names.ts';
import { boxAround, coordinatesIn } from './near.ts';
import { placeIn, placesIn, textOf } from './read-location.ts';
import { suggestedPlaces } from './suggest.ts';

const known = gazetteer();
const read = (text: string) =>
  placesIn(text, known).map(({ name, country, region }) => `${name} ${country} ${region}`);

describe('the places of a text', () => {
  for (const [text, ...places] of [
    ['Berlin', 'Berlin DE 16'],
    ['Berlin, Germany', 'Berlin DE 16'],
    ['10115 Berlin, Deutschland', 'Berlin DE 16'],
    ['New York, NY', 'New York City US NY'],
    ['New York', 'New York City US NY'],
    ['Mountain View, CA, US', 'Mountain View US CA'],
    ['San Jose CA', 'San Jose US CA'],
    ['San José, Costa Rica', 'San José CR 08'],
    ['Washington, D.C.', 'Washington, D.C. US DC'],
    ['Cambridge', 'Cambridge GB ENG'],
    ['Cambridge, Massachusetts, United States', 'Cambridge US MA'],
    ['London, ON', 'London CA 08'],
    ['London, UK', 'London GB ENG'],
    ['Köln', 'Köln DE 07'],
    ['Koeln', 'Köln DE 07'],
    ['Cologne, Germany', 'Köln DE 07'],
    ['MÜNCHEN', 'Munich DE 02'],
    ['Frankfurt', 'Frankfurt am Main DE 05'],
    ['Frankfurt (Oder), Brandenburg', 'Frankfurt (Oder) DE 11'],
    ['Halle (Saale)', 'Halle (Saale) DE 14'],
    ['St. Louis, MO', 'St. Louis US MO'],
    ['Łódź', 'Łódź PL 74'],
    ['İstanbul', 'Istanbul TR 34'],
    ['Luxembourg', 'Luxembourg LU LU'],
    ['Singapore', 'Singapore SG 01'],
    ['Remote, NYC', 'New York City US NY'],
    ['Remote (Munich or Vienna)', 'Munich DE 02', 'Vienna AT 09'],
    ['Hybrid - Greater Boston Area', 'Boston US MA'],
    ['Toronto; Berlin', 'Toronto CA 08', 'Berlin DE 16'],
    ['Berlin, Hamburg, Munich', 'Berlin DE 16', 'Hamburg DE 04', 'Munich DE 02'],
    ['Paris / London', 'Paris FR 11', 'London GB ENG'],
    ['Paris, Texas', 'Paris US TX'],
    ['Berlin, Berlin', 'Berlin DE 16'],
  ] as const)
    it(`${text}: ${places.join('; ')}`, () => assert.deepEqual(read(text), places));

  it('are none where only a country, a region or nothing is named, or none lies where it says', () => {
    for (const text of [
      'Remote',
      'Remote (EU)',
      'Germany',
      'Georgia',
      'USA',
      'Worldwide',
      'Home, 100 % of the time',
      'Berlin, France',
      '',
      '—',
      '🏠',
    ])
      assert.deepEqual(read(text), [], text);
  });

  it('are found by whatever text, without an error, and are few', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('Berlin', 'NY', 'remote', ',', ';', '(', 'and', 'Georgia', ' - '),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        assert.ok(placesIn(words.join(' '), known).length <= 20);
      }),
    );
  });
});

it('a place is read again from the text that stands for it', () => {
  const places = known.begins('new', 500, () => true);
  assert.ok(places.length > 100);
  let read = 0;
  for (const place of places) {
    const text = textOf(place, known);
    if (text === undefined) continue;
    assert.equal(placeIn(text, known), place, text);
    read++;
  }
  assert.ok(read > places.length / 2, String(read));
});

it('other names stand for names that the gazetteer has', () => {
  for (const name of Object.values(OTHER_NAMES)) assert.ok(known.find(name).length > 0, name);
});

it('an area has several names, and a name may mean several areas', () => {
  assert.deepEqual(areasOf('germany'), areasOf('deutschland'));
  assert.deepEqual(
    areasOf('ca').map(({ country, region }) => [country, region]),
    [
      ['CA', undefined],
      ['US', 'CA'],
    ],
  );
});

it('places are suggested by how their names begin, in any language and area, those with most people first', () => {
  const near = (text: string) => suggestedPlaces(text, 3).map(({ near }) => near);
  assert.deepEqual(near('münch')[0], 'Munich, DE');
  assert.deepEqual(near('springfield, mo'), ['Springfield, MO, US']);
  assert.deepEqual(near('Berl')[0], 'Berlin, DE');
  assert.deepEqual(near('qqq'), []);
  assert.deepEqual(near(',,'), []);
  assert.equal(suggestedPlaces('Springfield, MO', 1)[0]!.region, 'MO');
});

it('coordinates are two numbers that there can be, and nothing else', () => {
  assert.deepEqual(coordinatesIn(' 52.52, -13.405'), { latitude: 52.52, longitude: -13.405 });
  for (const text of ['91,0', '0,181', '1', '1,2,3', '1;2', 'NaN,1', '1e1,1', 'Berlin', ''])
    assert.equal(coordinatesIn(text), undefined, text);
});

it('what is so near lies in the box around it, over poles and where the date changes too', () => {
  const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
  const radians = (angle: number) => (angle * Math.PI) / 180;
  fc.assert(
    fc.property(
      degrees(90),
      degrees(180),
      fc.integer({ min: 1, max: 1_000 }),
      degrees(180),
      (latitude, longitude, within, bearing) => {
        // The farthest point in that direction.
        const angle = within / 6371.0088;
        const [lat, course] = [radians(latitude), radians(bearing)];
        const there = Math.asin(
          Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(course),
        );
        const turned = Math.atan2(
          Math.sin(course) * Math.sin(angle) * Math.cos(lat),
          Math.cos(angle) - Math.sin(lat) * Math.sin(there),
        );
        const east = ((((longitude + (turned * 180) / Math.PI + 180) % 360) + 360) % 360) - 180;
        const north = (there * 180) / Math.PI;
        const box = boxAround({ latitude, longitude, within });
        assert.ok(north >= box.south && north <= box.north);
        assert.ok(
          box.west <= box.east ? east >= box.west && east <= box.east : east >= box.west || east <= box.east,
        );
      },
    ),
  );
});
