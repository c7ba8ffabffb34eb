export { type ProviderDouble, startProvider } from './provider.ts';
