export * from '@banyan/notifications/api/campaigns';
