import type { ReactElement } from 'react';
import { Tag as AriaTag, Button, Label, TagGroup, TagList } from 'react-aria-components';
import { classes } from './classes.ts';
import fieldStyles from './Field.module.css';
import { Icon } from './Icon.tsx';
import styles from './Tags.module.css';

export interface TagsProps {
  label: string;
  isLabelHidden?: boolean;
  tags: ReadonlyArray<{ id: string; label: string; href?: string }>;
  /** With it each has a button that takes it away; Backspace does so too. */
  onRemove?: (ids: string[]) => void;
  emptyText?: string;
}

/** Short words that belong to a thing: skills, filters that are set. */
export function Tags({ label, isLabelHidden, tags, onRemove, emptyText }: TagsProps): ReactElement {
  return (
    <TagGroup
      className={fieldStyles.field}
      {...(onRemove && { onRemove: (keys: Set<string | number>) => onRemove([...keys].map(String)) })}
    >
      <Label className={classes(fieldStyles.label, isLabelHidden && fieldStyles.hidden)}>{label}</Label>
      <TagList
        className={styles.list}
        items={tags}
        renderEmptyState={() => <span className={styles.empty}>{emptyText}</span>}
      >
        {(tag) => (
          <AriaTag textValue={tag.label} href={tag.href} className={styles.tag}>
            {({ allowsRemoving }) => (
              <>
                {tag.label}
                {allowsRemoving && (
                  <Button slot="remove" className={styles.remove}>
                    <Icon name="close" size={12} />
                  </Button>
                )}
              </>
            )}
          </AriaTag>
        )}
      </TagList>
    </TagGroup>
  );
}
