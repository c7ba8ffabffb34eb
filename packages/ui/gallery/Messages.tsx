import type { ReactElement } from 'react';
import {
  Banner,
  Button,
  Card,
  EmptyState,
  ErrorState,
  Skeleton,
  SkeletonGroup,
  Stack,
  showToast,
} from '../src/index.ts';
import styles from './gallery.module.css';

export function Messages(): ReactElement {
  return (
    <Stack>
      <Stack gap={2}>
        <Banner title="You are offline" tone="warning" isLive={false}>
          What you write is kept here and sent later.
        </Banner>
        <Banner tone="info" isLive={false} action={<Button size="small">Show</Button>}>
          3 new jobs match your search.
        </Banner>
        <Banner
          tone="good"
          isLive={false}
          title="Your e-mail address is confirmed"
          onClose={() => {}}
          closeLabel="Close"
        />
        <Banner tone="danger" isLive={false} title="Could not be saved">
          Somebody else has changed it meanwhile.
        </Banner>
      </Stack>
      <Stack direction="row" gap={2}>
        <Button
          onPress={() =>
            showToast({
              title: 'Application archived',
              tone: 'good',
              action: { label: 'Undo', onAction: () => showToast({ title: 'It is back' }) },
            })
          }
        >
          Archive
        </Button>
        <Button
          onPress={() =>
            showToast({
              title: 'Could not be moved',
              description: 'Acme has withdrawn the posting.',
              tone: 'danger',
            })
          }
        >
          Fail
        </Button>
      </Stack>
      <div className={styles.columns}>
        <Card>
          <EmptyState
            icon="inbox"
            level={3}
            title="No applications yet"
            action={<Button variant="primary">Search jobs</Button>}
          >
            Save a job that you like, and it appears here.
          </EmptyState>
        </Card>
        <Card>
          <ErrorState
            level={3}
            title="The jobs could not be loaded"
            reason="The search does not answer. It is tried again in 20 seconds."
            action={<Button icon="refresh">Try again</Button>}
            details="search_unavailable"
          />
        </Card>
        <Card>
          <SkeletonGroup label="Loading">
            <Stack gap={3}>
              <Skeleton shape="title" />
              <Skeleton lines={3} />
              <Skeleton shape="block" height="4rem" />
              <Skeleton shape="control" width="8rem" />
            </Stack>
          </SkeletonGroup>
        </Card>
      </div>
    </Stack>
  );
}
