import type { ReactElement } from 'react';
import { classes } from './classes.ts';
import styles from './Skeleton.module.css';

export interface SkeletonProps {
  shape?: 'text' | 'title' | 'block' | 'circle' | 'control';
  /** CSS lengths: those of what comes in its place, so that nothing jumps. */
  width?: string;
  height?: string;
  /** Of text. */
  lines?: number;
}

/** The place of what is being loaded. Screen readers hear of it from SkeletonGroup. */
export function Skeleton({ shape = 'text', width, height, lines = 1 }: SkeletonProps): ReactElement {
  return (
    <span className={styles.lines} aria-hidden="true">
      {Array.from({ length: lines }, (_, line) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else, and never move
          key={line}
          className={classes(styles.skeleton, styles[shape])}
          style={{ width: width ?? (lines > 1 && line === lines - 1 ? '60%' : undefined), height }}
        />
      ))}
    </span>
  );
}

/** Around the skeletons of a part of the page: says once that it is being loaded. */
export function SkeletonGroup({
  label,
  children,
}: {
  label: string;
  children: ReactElement | ReactElement[];
}): ReactElement {
  return (
    <div role="status" aria-label={label} aria-busy="true" className={styles.group}>
      {children}
    </div>
  );
}
