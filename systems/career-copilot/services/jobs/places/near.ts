import { DISTANCE, type JobSearchQuery } from '../../../api/jobs.ts';
import { ApiError } from '../../../kit/legacy-errors.ts';
import { gazetteer } from './gazetteer.ts';
import { placeIn } from './read-location.ts';

/** Around which point, in degrees, and how far from it, km. */
export type Near = {
  /** Of the place and of its country; null: it was asked for by its coordinates. */
  name: string | null;
  country: string | null;
  latitude: number;
  longitude: number;
  within: number;
  /** Remote jobs count as well, wherever they are. */
  orRemote: boolean;
};

/** What a query asks to be near; undefined if nothing. Throws `ApiError` PLACE_UNKNOWN. */
export function nearOf({
  near,
  within = DISTANCE.usual,
  or_remote = false,
}: Pick<JobSearchQuery, 'near' | 'within' | 'or_remote'>): Near | undefined {
  if (near === undefined) return;
  const point = coordinatesIn(near);
  if (point) return { name: null, country: null, ...point, within, orRemote: or_remote };
  const place = placeIn(near, gazetteer());
  if (!place) throw new ApiError('PLACE_UNKNOWN');
  const { name, country, latitude, longitude } = place;
  return { name, country, latitude, longitude, within, orRemote: or_remote };
}

/** Latitude and longitude in degrees; undefined if the text is no two of them that there can be. Pure. */
export function coordinatesIn(text: string): { latitude: number; longitude: number } | undefined {
  const [, latitude, longitude] =
    /^\s*([+-]?\d{1,3}(?:\.\d{1,15})?)\s*,\s*([+-]?\d{1,3}(?:\.\d{1,15})?)\s*$/.exec(text)?.map(Number) ?? [];
  if (latitude === undefined || longitude === undefined) return;
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}

const RADIUS_KM = 6371.0088;
/** Nothing is as far as that. */
export const EVERYWHERE_KM = 20_100;
/** For what is lost by reckoning, in degrees: a tenth of a metre. */
const MARGIN = 1e-6;

/** Degrees between which all points lie that are so near; `west` is more than `east` where the date changes between them. Pure. */
export function boxAround({ latitude, longitude, within }: Pick<Near, 'latitude' | 'longitude' | 'within'>): {
  south: number;
  north: number;
  west: number;
  east: number;
} {
  const angle = within / RADIUS_KM;
  const degrees = (angle * 180) / Math.PI + MARGIN;
  const [south, north] = [latitude - degrees, latitude + degrees];
  // A pole lies within: each longitude does.
  if (south <= -90 || north >= 90)
    return { south: Math.max(-90, south), north: Math.min(90, north), west: -180, east: 180 };
  const wide = (Math.asin(Math.sin(angle) / Math.cos((latitude * Math.PI) / 180)) * 180) / Math.PI + MARGIN;
  return { south, north, west: wrapped(longitude - wide), east: wrapped(longitude + wide) };
}

function wrapped(longitude: number): number {
  return longitude < -180 ? longitude + 360 : longitude > 180 ? longitude - 360 : longitude;
}

/** The texts that name a place so near, as a query of `location` and `km`, how far the nearest of its places is. `values` takes what it asks by. */
export function locationsNear(near: Near, values: unknown[]): string {
  const $ = (value: unknown) => `$${values.push(value)}::float8`;
  const { south, north, west, east } = boxAround(near);
  const between = `longitude >= ${$(west)} ${west <= east ? 'AND' : 'OR'} longitude <= ${$(east)}`;
  return `SELECT location, min(km) AS km FROM (
      SELECT location, km_between(${$(near.latitude)}, ${$(near.longitude)}, latitude, longitude) AS km
      FROM job_location_points WHERE latitude BETWEEN ${$(south)} AND ${$(north)} AND (${between})) AS point
    WHERE km <= ${$(near.within)} GROUP BY location`;
}
