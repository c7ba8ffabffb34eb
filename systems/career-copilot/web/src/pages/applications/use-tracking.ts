import { useEffect, useState } from 'react';
import { type FeatureState, useFeature } from '../../api/index.ts';
import { TRACKED } from './reads.ts';

/** So long nothing is shown before it is known who answers, ms; then what the monolith has. */
const PATIENCE_MS = 2_000;

/** Whether the service answers for whoever is logged in: more states, sources, contacts, what is to be done next. */
export function useTracking(): FeatureState {
  const state = useFeature(TRACKED);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (state !== 'unknown') return;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return state === 'unknown' && isLate ? 'missing' : state;
}
