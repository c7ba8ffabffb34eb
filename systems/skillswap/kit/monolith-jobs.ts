/** Name of the connection over which the monolith does what nobody asks for: a refusal by a write lock is then known to be no user's. */
export const MONOLITH_JOBS = 'skillswap-jobs';
