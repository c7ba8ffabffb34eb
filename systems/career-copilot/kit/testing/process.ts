export { type ServiceProcess, startProcess } from '@banyan/harness/testing';
