import type { ReactElement } from 'react';
import { Button } from './Button.tsx';
import { classes } from './classes.ts';
import { IconButton } from './IconButton.tsx';
import styles from './Pagination.module.css';
import { pagesShown } from './pages-shown.ts';

export interface PaginationProps {
  /** Of the navigation: "Pages of results". */
  label: string;
  /** From 1. */
  page: number;
  pageCount: number;
  onPage: (page: number) => void;
  previousLabel: string;
  nextLabel: string;
  /** "Page 3". */
  pageLabel: (page: number) => string;
}

export function Pagination(props: PaginationProps): ReactElement | null {
  const { label, page, pageCount, onPage, previousLabel, nextLabel, pageLabel } = props;
  if (pageCount <= 1) return null;
  return (
    <nav aria-label={label} className={styles.pages}>
      <IconButton icon="left" label={previousLabel} isDisabled={page <= 1} onPress={() => onPage(page - 1)} />
      {pagesShown(page, pageCount).map((shown) =>
        typeof shown === 'string' ? (
          <span key={shown} className={styles.gap} aria-hidden="true">
            …
          </span>
        ) : (
          <button
            key={shown}
            type="button"
            aria-label={pageLabel(shown)}
            aria-current={shown === page ? 'page' : undefined}
            className={classes(styles.page, shown === page && styles.current)}
            onClick={() => onPage(shown)}
          >
            {shown}
          </button>
        ),
      )}
      <IconButton
        icon="right"
        label={nextLabel}
        isDisabled={page >= pageCount}
        onPress={() => onPage(page + 1)}
      />
    </nav>
  );
}

export interface LoadMoreProps {
  /** "40 of 312". */
  text: string;
  buttonLabel: string;
  hasMore: boolean;
  isPending: boolean;
  pendingLabel: string;
  onLoad: () => void;
}

/** The next part of a list whose end is not near. */
export function LoadMore({
  text,
  buttonLabel,
  hasMore,
  isPending,
  pendingLabel,
  onLoad,
}: LoadMoreProps): ReactElement {
  return (
    <div className={styles.more}>
      <span role="status" className={styles.text}>
        {text}
      </span>
      {hasMore && (
        <Button isPending={isPending} pendingLabel={pendingLabel} onPress={onLoad}>
          {buttonLabel}
        </Button>
      )}
    </div>
  );
}
