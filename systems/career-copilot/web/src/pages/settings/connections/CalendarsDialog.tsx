import { Button, Dialog, Skeleton, Stack, Switch } from '@banyan/ui';
import { useTranslations } from 'use-intl';
import { type Answer, useApiQuery } from '../../../api/index.ts';
import { Reading } from '../../../shell/Reading.tsx';
import settings from '../Settings.module.css';
import { type Account, type LinkedCalendar, providerName } from './accounts.ts';
import { NO_ID, useLinking } from './use-accounts.ts';

const LIST = 'GET /api/v1/integrations/connections/{id}/calendars';
type There = Answer<typeof LIST>['calendars'][number];

/** Which calendars of an account are looked at. The account is asked which it has, which may take a while. */
export function CalendarsDialog({
  account,
  linked,
  onClose,
}: {
  account: Account;
  linked: readonly LinkedCalendar[];
  onClose: () => void;
}) {
  const t = useTranslations('connections.calendars');
  const list = useApiQuery(LIST, { params: { path: { id: account.id } } }, { staleTime: 0 });
  return (
    <Dialog
      title={t('title', { name: account.account || providerName(account.provider) })}
      isOpen
      onOpenChange={onClose}
      closeLabel={t('close')}
      actions={
        <Button variant="primary" onPress={onClose}>
          {t('done')}
        </Button>
      }
    >
      <Stack gap={4}>
        <p>{t('text')}</p>
        <Reading of={list} failed={t('failed')} skeleton={<Skeleton shape="block" height="6rem" />}>
          {({ calendars }) =>
            calendars.length === 0 ? (
              <p className={settings.muted}>{t('none')}</p>
            ) : (
              <Stack gap={3}>
                {calendars.map((calendar) => (
                  <CalendarSwitch
                    key={calendar.calendar_id}
                    account={account}
                    calendar={calendar}
                    link={linked.find(({ calendar_id }) => calendar_id === calendar.calendar_id)}
                  />
                ))}
              </Stack>
            )
          }
        </Reading>
      </Stack>
    </Dialog>
  );
}

function CalendarSwitch({
  account,
  calendar: { calendar_id, name },
  link: linked,
}: {
  account: Account;
  calendar: There;
  link: LinkedCalendar | undefined;
}) {
  const t = useTranslations('connections.calendars');
  const { link, unlink } = useLinking();
  const choose = (isOn: boolean) => {
    if (isOn) link.mutate({ body: { connection_id: account.id, calendar_id } });
    else if (linked) unlink.mutate({ params: { path: { id: linked.id } } });
  };
  return (
    <Switch
      isSelected={linked !== undefined}
      isDisabled={linked?.id === NO_ID}
      description={linked?.error ?? undefined}
      onChange={choose}
    >
      {name === '' || name === 'primary' ? t('main') : name}
    </Switch>
  );
}
