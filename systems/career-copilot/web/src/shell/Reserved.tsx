import type { ReactNode } from 'react';
import type { FeatureState } from '../api/index.ts';
import styles from './Reserved.module.css';

/** What only a service has, among what is there anyway: until that is known its place, where nobody sees or reaches it, so that nothing jumps when it comes. */
export function Reserved({ feature, children }: { feature: FeatureState; children: ReactNode }): ReactNode {
  if (feature === 'missing') return null;
  return feature === 'there' ? children : <div className={styles.reserved}>{children}</div>;
}
