import type { FeatureState } from '../../api/index.ts';

/** Whose answers are shown: of the monolith's routes, of the service's, or of nobody yet. */
export type Side = 'monolith' | 'service' | 'none';

/**
 * Whose answers to show. What is shown stays until the other side has answered, so that nobody sees applications move from one to the other; at first,
 * none of the monolith's are shown where the service's are about to come.
 */
export function sideOf({
  tracking,
  has,
  shown,
}: {
  /** Whether the service answers for whoever is logged in. */
  tracking: FeatureState;
  /** Whose answers there are. */
  has: { monolith: boolean; service: boolean };
  shown: Side;
}): Side {
  const wanted = tracking === 'unknown' ? shown : tracking === 'there' ? 'service' : 'monolith';
  if (wanted !== 'none' && has[wanted]) return wanted;
  return shown !== 'none' && has[shown] ? shown : 'none';
}
