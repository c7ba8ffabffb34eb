import type { ReactElement } from 'react';
import { type IconName, paths } from './icon-paths.ts';

export type { IconName };

/** A drawing of 24 × 24 in the colour of the text around it. It says nothing to a screen reader: what has only an icon needs a label. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
