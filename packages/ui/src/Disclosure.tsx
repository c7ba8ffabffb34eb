import type { ReactElement, ReactNode } from 'react';
import { Disclosure as AriaDisclosure, Button, DisclosurePanel, Heading } from 'react-aria-components';
import styles from './Disclosure.module.css';
import { Icon } from './Icon.tsx';

export interface DisclosureProps {
  title: ReactNode;
  /** Of the heading, as it fits into its page. */
  level?: 2 | 3 | 4;
  defaultExpanded?: boolean;
  isExpanded?: boolean;
  onExpandedChange?: (isExpanded: boolean) => void;
  children: ReactNode;
}

/** What is told to those who ask for more. */
export function Disclosure({ title, level = 3, children, ...rest }: DisclosureProps): ReactElement {
  return (
    <AriaDisclosure {...rest} className={styles.disclosure}>
      <Heading level={level} className={styles.heading}>
        <Button slot="trigger" className={styles.trigger}>
          <span className={styles.sign}>
            <Icon name="right" />
          </span>
          {title}
        </Button>
      </Heading>
      <DisclosurePanel className={styles.panel}>
        <div className={styles.content}>{children}</div>
      </DisclosurePanel>
    </AriaDisclosure>
  );
}
