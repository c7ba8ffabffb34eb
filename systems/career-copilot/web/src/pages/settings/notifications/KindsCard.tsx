import { Card, Select, Switch } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import type { Channel, Preferences } from '../../../../../api/notifications.ts';
import { useFeature } from '../../../api/index.ts';
import styles from './Notifications.module.css';
import {
  ALWAYS_IN_APP,
  channelsShown,
  EMAIL_WAYS,
  type EmailWay,
  GROUPS,
  type Kind,
  type Ways,
} from './preferences.ts';
import { useChange } from './use-preferences.ts';

/** Each kind of message by each channel: a table where there is room, else one under the other. */
export function KindsCard({ preferences, there }: { preferences: Preferences; there: readonly Channel[] }) {
  const t = useTranslations('notificationSettings');
  const hasConnections = useFeature('GET /api/v1/integrations/webhooks/types') === 'there';
  const channels = channelsShown(there);
  const groups = GROUPS.filter(({ name }) => name !== 'connections' || hasConnections);
  const columns = styles[`of${channels.length}`];
  return (
    <Card title={t('kinds.title')} description={t('kinds.text')}>
      <div className={`${styles.kinds} ${columns}`}>
        <div className={styles.head} aria-hidden="true">
          <span />
          {channels.map((channel) => (
            <span key={channel}>{t(`channels.${channel}`)}</span>
          ))}
        </div>
        {groups.map(({ name, kinds }) => (
          <section key={name} className={styles.group} aria-label={t(`groups.${name}`)}>
            <h3>{t(`groups.${name}`)}</h3>
            {kinds.map((kind) => (
              <KindRow key={kind} kind={kind} ways={preferences.kinds[kind]} channels={channels} />
            ))}
          </section>
        ))}
      </div>
    </Card>
  );
}

function KindRow({ kind, ways, channels }: { kind: Kind; ways: Ways; channels: readonly Channel[] }) {
  const t = useTranslations('notificationSettings');
  const change = useChange();
  const choose = (chosen: Partial<Ways>) => change.mutate({ body: { kinds: { [kind]: chosen } } });
  const what = t(`what.${kind}`);
  return (
    <div className={styles.kind}>
      <span className={styles.what}>
        <span>{what}</span>
        <span className={styles.more}>{t(`more.${kind}`)}</span>
      </span>
      {channels.map((channel) => (
        <span key={channel} className={styles.cell}>
          <span className={styles.caption} aria-hidden="true">
            {t(`channels.${channel}`)}
          </span>
          {channel === 'email' ? (
            <EmailChoice
              label={t('wayOf', { channel: t('channels.email'), what })}
              value={ways.email}
              onChange={(email) => choose({ email })}
            />
          ) : (
            <Switch
              aria-label={t('wayOf', { channel: t(`channels.${channel}`), what })}
              isSelected={ways[channel] || isAlways(kind, channel)}
              isDisabled={isAlways(kind, channel)}
              onChange={(isOn) => choose({ [channel]: isOn })}
            />
          )}
        </span>
      ))}
    </div>
  );
}

function EmailChoice({
  label,
  value,
  onChange,
}: {
  label: string;
  value: EmailWay;
  onChange: (way: EmailWay) => void;
}) {
  const t = useTranslations('notificationSettings.emailWays');
  return (
    <Select
      label={label}
      isLabelHidden
      placeholder={t('off')}
      value={value}
      options={EMAIL_WAYS.map((id) => ({ id, label: t(id) }))}
      onChange={(way) => onChange(way as EmailWay)}
    />
  );
}

function isAlways(kind: Kind, channel: Channel): boolean {
  return channel === 'in_app' && ALWAYS_IN_APP.includes(kind);
}
