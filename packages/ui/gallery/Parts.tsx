import { type ReactElement, useState } from 'react';
import {
  Avatar,
  Badge,
  Card,
  Disclosure,
  LoadMore,
  Meter,
  Pagination,
  ProgressBar,
  Stack,
  Stat,
  Status,
  Tags,
} from '../src/index.ts';
import styles from './gallery.module.css';

export function Parts(): ReactElement {
  const [page, setPage] = useState(6);
  const [skills, setSkills] = useState(['TypeScript', 'PostgreSQL', 'Accessibility']);
  return (
    <Stack>
      <div className={styles.columns}>
        <Card>
          <Stat
            label="Applications"
            value="42"
            change={{ text: '8 more than last month', direction: 'up', isGood: true }}
          />
        </Card>
        <Card>
          <Stat
            label="Response rate"
            value="31 %"
            change={{ text: '4 points less', direction: 'down', isGood: false }}
          />
        </Card>
        <Card>
          <Stat label="Time to an answer" value="9 days" hint="Median of the last 30" />
        </Card>
      </div>
      <div className={styles.columns}>
        <Card title="States" level={3}>
          <Stack gap={3}>
            <Stack direction="row" gap={2}>
              <Badge>Draft</Badge>
              <Badge tone="accent" icon="pin">
                Remote
              </Badge>
              <Badge tone="info">New</Badge>
              <Badge tone="good">Offer</Badge>
              <Badge tone="warning">Due today</Badge>
              <Badge tone="danger">Rejected</Badge>
            </Stack>
            <Stack direction="row" gap={4}>
              <Status tone="info">Applied</Status>
              <Status tone="accent">Interview</Status>
              <Status tone="good">Offer</Status>
              <Status tone="danger">Rejected</Status>
            </Stack>
            <Stack direction="row" gap={2}>
              {['Ada Lovelace', 'Grace Hopper', 'Acme', 'Émile Zola', 'Initech'].map((name) => (
                <Avatar key={name} name={name} size={36} isSquare={name === 'Acme'} />
              ))}
            </Stack>
            <Tags
              label="Skills"
              tags={skills.map((label) => ({ id: label, label }))}
              onRemove={(gone) => setSkills(skills.filter((skill) => !gone.includes(skill)))}
              emptyText="None"
            />
          </Stack>
        </Card>
        <Card title="How far" level={3}>
          <Stack gap={3}>
            <Meter label="Match" value={82} tone="good" />
            <Meter label="Profile" value={45} tone="warning" valueLabel="45 of 100" />
            <ProgressBar label="Uploading resume.pdf" value={62} />
            <ProgressBar label="Reading the résumé" />
          </Stack>
        </Card>
        <Card title="More of it" level={3} description="What is told to those who ask">
          <Disclosure title="Why this matches" level={4} defaultExpanded>
            You know 7 of the 8 skills.
          </Disclosure>
          <Disclosure title="About the company" level={4}>
            Makes anvils.
          </Disclosure>
        </Card>
      </div>
      <Pagination
        label="Pages of results"
        page={page}
        pageCount={20}
        onPage={setPage}
        previousLabel="Previous page"
        nextLabel="Next page"
        pageLabel={(number) => `Page ${number}`}
      />
      <LoadMore
        text="40 of 312 jobs"
        buttonLabel="Show more"
        hasMore
        isPending={false}
        pendingLabel="Loading"
        onLoad={() => {}}
      />
    </Stack>
  );
}
