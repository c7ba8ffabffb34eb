/** What each kind is called on the page on which its e-mails are ended. */
export const labels = {
  en: {
    status_changed: 'the state of your applications',
    next_action_due: 'what is to be done next',
    job_matched: 'jobs that fit you',
    saved_search_matched: 'new jobs of your saved searches',
    webhook_disabled: 'webhooks to which nothing is sent any more',
    connection_lost: 'connected accounts that are lost',
    mail_recognized: 'forwarded mails that wait for your word',
    news: 'news of Career Copilot',
    digest: 'all that comes in a daily or weekly summary',
  },
  de: {
    status_changed: 'Stand Ihrer Bewerbungen',
    next_action_due: 'Nächste Schritte',
    job_matched: 'Passende Stellen',
    saved_search_matched: 'Neue Stellen Ihrer gespeicherten Suchen',
    webhook_disabled: 'Abgeschaltete Webhooks',
    connection_lost: 'Getrennte Konten',
    mail_recognized: 'Weitergeleitete E-Mails',
    news: 'Neues von Career Copilot',
    digest: 'Tägliche und wöchentliche Zusammenfassungen',
  },
};
