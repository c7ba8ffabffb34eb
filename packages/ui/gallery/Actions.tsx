import type { ReactElement } from 'react';
import { paths } from '../src/icon-paths.ts';
import {
  Button,
  Card,
  Icon,
  IconButton,
  Link,
  LinkButton,
  LinkTabs,
  Menu,
  Stack,
  Tabs,
} from '../src/index.ts';
import styles from './gallery.module.css';

export function Actions(): ReactElement {
  return (
    <Stack>
      <Card title="Buttons" level={3}>
        <Stack gap={3}>
          <Stack direction="row" gap={2}>
            <Button variant="primary" icon="add">
              Add application
            </Button>
            <Button>Cancel</Button>
            <Button variant="quiet">Show all</Button>
            <Button variant="danger" icon="trash">
              Delete
            </Button>
            <LinkButton href="#actions" icon="external">
              Open posting
            </LinkButton>
          </Stack>
          <Stack direction="row" gap={2}>
            <Button variant="primary" size="small">
              Save
            </Button>
            <Button size="small" icon="filter">
              Filters
            </Button>
            <Button variant="primary" isPending pendingLabel="Saving">
              Save
            </Button>
            <Button isDisabled>Not now</Button>
            <IconButton icon="edit" label="Edit" />
            <IconButton icon="trash" label="Delete" size="small" />
            <Menu
              trigger={<IconButton icon="more" label="More" />}
              entries={[
                { id: 'edit', label: 'Edit', icon: 'edit' },
                {
                  id: 'archive',
                  label: 'Archive',
                  icon: 'archive',
                  description: 'Comes back when you search for it',
                },
                { id: 'line', isLine: true },
                { id: 'delete', label: 'Delete', icon: 'trash', isDangerous: true },
              ]}
            />
          </Stack>
          <p>
            Text with a <Link href="#actions">link to a page</Link> and{' '}
            <Link href="https://example.org" externalLabel="(opens in a new tab)">
              one to another site
            </Link>
            .
          </p>
        </Stack>
      </Card>
      <Tabs
        label="Parts of the application"
        tabs={[
          { id: 'timeline', title: 'Timeline', count: '4', content: <p>Applied on 3 November.</p> },
          { id: 'notes', title: 'Notes', content: <p>None yet.</p> },
          { id: 'documents', title: 'Documents', content: <p>None yet.</p>, isDisabled: true },
        ]}
      />
      <LinkTabs
        label="Parts of the administration"
        current="#users"
        links={[
          { href: '#users', title: 'Users' },
          { href: '#campaigns', title: 'Campaigns', count: '2' },
        ]}
      />
      <div className={styles.icons}>
        {Object.keys(paths).map((name) => (
          <span key={name} title={name}>
            <Icon name={name as keyof typeof paths} size={20} />
          </span>
        ))}
      </div>
    </Stack>
  );
}
