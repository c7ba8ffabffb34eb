import { QueryClient } from '@tanstack/react-query';

/** What has been read of the API. */
export const queryClient = new QueryClient();
