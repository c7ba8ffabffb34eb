import { groundOf, placesOf } from '@banyan/harness/plan';
import { system } from '../system.ts';
import { LEGACY_ISSUER } from './tokens.ts';

/**
 * Issuers whose tokens every service verifies itself, beside the gateway's (`issuersOf`); all others are exchanged on their way.
 *
 * @public A service without a database of the monolith's says it by itself.
 */
export const ACCEPTED = ['auth', 'oauth'];

const places = placesOf(system, { accepts: ACCEPTED });

/** Where a service is: `CAREER_<SERVICE>_URL`. */
export const urlOf = places.urlOf;
/** Where a service, its database and its code are: `CAREER_<SERVICE>_DATABASE_URL` for the second. */
export const placeOf = places.placeOf;
/** The entries of the services by name: all of the system's list, or those that `CAREER_SERVICES` names. */
export const extractions = places.extractions;

/** Addresses, the control plane, the monolith's tokens and the pace, by the variables `CAREER_…` and `BANYAN_…`. */
export const ground = () => groundOf(system, { legacyIssuer: LEGACY_ISSUER });
