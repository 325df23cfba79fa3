/** The operations face: health and metrics, for orchestrators and monitoring. */
export { operationsHandler } from './handler.ts';
export type { OperationsOptions, TypedText } from './handler.ts';
export { HEALTH_TIMES, HealthWatch, downBecause, up } from './health.ts';
export type { ComponentHealth, ComponentStatus, HealthReport, HealthTimes, Probe } from './health.ts';
export { isReady, readiness } from './readiness.ts';
export type { Phase } from './readiness.ts';
