import { CallError, type ServiceClient } from '@banyan/service';
import type { publicApi } from '../../../contracts/public-api.ts';
import { errors } from './errors.ts';
import type { KnownProfile } from './person.ts';

export type ProfileSource = Pick<ServiceClient<typeof publicApi>, 'getProfile'>;

/** The caller's, by the public API: wherever it is now. */
export async function profileOfCaller(client: ProfileSource): Promise<KnownProfile> {
  try {
    return await client.getProfile();
  } catch (cause) {
    const status = cause instanceof CallError ? cause.problem?.status : undefined;
    if (status === 401) throw errors('UNAUTHENTICATED', { headers: { 'www-authenticate': 'Bearer' }, cause });
    if (status === 403) throw errors('INACTIVE_USER', { cause });
    throw errors('PROFILE_UNAVAILABLE', { headers: { 'retry-after': '5' }, cause });
  }
}
