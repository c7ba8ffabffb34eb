import type { ReactElement } from 'react';
import styles from './Avatar.module.css';
import { colourOf, initialsOf } from './initials.ts';

export interface AvatarProps {
  /** Of the person or company; its initials stand where no picture is. */
  name: string;
  src?: string | undefined;
  size?: number;
  /** A company. */
  isSquare?: boolean;
}

/** A person or company at a glance, beside the name: it says nothing to a screen reader. */
export function Avatar({ name, src, size = 32, isSquare }: AvatarProps): ReactElement {
  const box = { width: size, height: size, borderRadius: isSquare ? 'var(--radius-m)' : '50%' };
  if (src) return <img className={styles.avatar} src={src} alt="" width={size} height={size} style={box} />;
  return (
    <span
      className={styles.avatar}
      aria-hidden="true"
      data-colour={colourOf(name)}
      style={{ ...box, fontSize: size * 0.38 }}
    >
      {initialsOf(name)}
    </span>
  );
}
