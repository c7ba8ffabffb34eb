import { createRoute } from '@tanstack/react-router';
import { signedInRoute } from '../../shell/routes.tsx';

const first = createRoute({ getParentRoute: () => signedInRoute, path: '/', component: () => null });

export const routes = [first] as const;
