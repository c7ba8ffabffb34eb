import { type ReactElement, useState } from 'react';
import { DropZone, FileTrigger, isFileDropItem, Text } from 'react-aria-components';
import { acceptedFiles } from './accepted-files.ts';
import { Button } from './Button.tsx';
import styles from './FileDrop.module.css';
import { Icon } from './Icon.tsx';
import { ProgressBar } from './ProgressBar.tsx';

export interface FileDropProps {
  /** "Drop your résumé here". */
  title: string;
  /** What is accepted and how large, in words. */
  description?: string;
  buttonLabel: string;
  /** Media types ("application/pdf") and endings (".docx"). Others are handed to onRefused; the server checks again. */
  accept: string[];
  /** Bytes of one file. */
  maxBytes?: number;
  allowsMultiple?: boolean;
  isDisabled?: boolean;
  error?: string | undefined;
  /** What is under way: its name and how far it is, 0..100; without a share it is unknown. */
  progress?: { label: string; percent?: number };
  onFiles: (files: File[]) => void;
  onRefused?: (files: File[]) => void;
}

/** A place where files are dropped, pasted, or chosen with the button. */
export function FileDrop(props: FileDropProps): ReactElement {
  const { title, description, buttonLabel, accept, allowsMultiple, isDisabled, error, progress } = props;
  const [isBusy, setBusy] = useState(false);
  const take = (files: File[]): void => {
    const { accepted, refused } = acceptedFiles(files, props);
    if (refused.length > 0) props.onRefused?.(refused);
    if (accepted.length > 0) props.onFiles(accepted);
  };
  return (
    <div className={styles.whole}>
      <DropZone
        className={styles.zone}
        isDisabled={(isDisabled ?? false) || progress !== undefined || isBusy}
        onDrop={async ({ items }) => {
          setBusy(true);
          try {
            take(await Promise.all(items.filter(isFileDropItem).map((item) => item.getFile())));
          } finally {
            setBusy(false);
          }
        }}
      >
        <span className={styles.sign}>
          <Icon name="upload" size={20} />
        </span>
        <Text slot="label" className={styles.title}>
          {title}
        </Text>
        {description && <span className={styles.description}>{description}</span>}
        {progress ? (
          <div className={styles.progress}>
            <ProgressBar label={progress.label} value={progress.percent} />
          </div>
        ) : (
          <FileTrigger
            acceptedFileTypes={accept}
            allowsMultiple={allowsMultiple ?? false}
            onSelect={(files) => files && take([...files])}
          >
            <Button isDisabled={isDisabled ?? false}>{buttonLabel}</Button>
          </FileTrigger>
        )}
      </DropZone>
      <p className={styles.error} role="alert">
        {error}
      </p>
    </div>
  );
}
