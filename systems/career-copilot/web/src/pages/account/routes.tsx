import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { messagesOf } from '../../i18n/index.ts';
import { leaveWhenLoggedIn, loginSearch } from '../../shell/guard.ts';
import { openRoute } from '../../shell/routes.tsx';
import type en from './messages/en.json';

declare module '../../i18n/catalogue.ts' {
  interface Messages {
    account: typeof en;
  }
}

const messages = messagesOf('account', {
  en: () => import('./messages/en.json'),
  de: () => import('./messages/de.json'),
});

const login = createRoute({
  getParentRoute: () => openRoute,
  path: '/login',
  validateSearch: loginSearch,
  beforeLoad: leaveWhenLoggedIn,
  loader: messages,
  component: lazyRouteComponent(() => import('./LoginPage.tsx'), 'LoginPage'),
});

const register = createRoute({
  getParentRoute: () => openRoute,
  path: '/register',
  validateSearch: loginSearch,
  beforeLoad: leaveWhenLoggedIn,
  loader: messages,
  component: lazyRouteComponent(() => import('./RegisterPage.tsx'), 'RegisterPage'),
});

const forgotPassword = createRoute({
  getParentRoute: () => openRoute,
  path: '/forgot-password',
  loader: messages,
  component: lazyRouteComponent(() => import('./ForgotPasswordPage.tsx'), 'ForgotPasswordPage'),
});

// The next two are where links of e-mails lead, whoever is logged in.
const resetPassword = createRoute({
  getParentRoute: () => openRoute,
  path: '/reset-password',
  loader: messages,
  component: lazyRouteComponent(() => import('./ResetPasswordPage.tsx'), 'ResetPasswordPage'),
});

const verifyEmail = createRoute({
  getParentRoute: () => openRoute,
  path: '/verify-email',
  loader: messages,
  component: lazyRouteComponent(() => import('./VerifyEmailPage.tsx'), 'VerifyEmailPage'),
});

export const routes = [login, register, forgotPassword, resetPassword, verifyEmail] as const;
