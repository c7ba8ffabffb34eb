import type { View } from '../views.ts';

/** What is around all pages. */
export default [{ name: 'not-found', path: '/nowhere', who: 'stranger' }] satisfies View[];
