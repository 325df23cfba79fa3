/** The backend API over HTTP (schemas/openapi/quoin.yaml). */
export { restApp } from './app.ts';
export type { RestAppOptions } from './app.ts';
export { startRestListener } from './listener.ts';
export type { Listen, RestListener, RestListenerOptions } from './listener.ts';
export type {
  CertificateView,
  ConfigurationDesk,
  ConfigurationView,
  ReloadView,
} from './configuration-desk.ts';
export { REST_LIMITS } from './context.ts';
export type { ReadBody, RestLimits } from './context.ts';
export type { FindEvidence } from './context.ts';
