import { groundOf, placesOf } from '@banyan/harness/plan';
import { system } from '../system.ts';
import { LEGACY_ISSUER } from './tokens.ts';

/**
 * Issuers whose tokens every service verifies itself: none, so that all are exchanged for the gateway's on their way to one.
 *
 * @public A service without a database of the monolith's says it by itself.
 */
export const ACCEPTED: string[] = [];

const places = placesOf(system, { accepts: ACCEPTED });

/** Where a service is: `SKILLSWAP_<SERVICE>_URL`. */
export const urlOf = places.urlOf;
/** Where a service, its database and its code are: `SKILLSWAP_<SERVICE>_DATABASE_URL` for the second. */
export const placeOf = places.placeOf;
/** The entries of the services by name: all of the system's list, or those that `SKILLSWAP_SERVICES` names. */
export const extractions = places.extractions;

/** Addresses, the control plane, the monolith's tokens and the pace, by the variables `SKILLSWAP_…` and `BANYAN_…`. */
export const ground = () => groundOf(system, { legacyIssuer: LEGACY_ISSUER });
