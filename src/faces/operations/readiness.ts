import type { HealthReport, HealthWatch, SeenComponent } from './health.ts';

/** Where the access point is in its life. */
export type Phase = 'starting' | 'running' | 'stopping';

/** Answers that do not depend on any part: nothing is looked at. */
const BEFORE_AND_AFTER: Readonly<Record<Exclude<Phase, 'running'>, HealthReport>> = {
  starting: {
    status: 'starting',
    code: 'operations/starting',
    message: 'The access point starts; its doors are not all open yet.',
    components: {},
  },
  stopping: {
    status: 'stopping',
    code: 'operations/stopping',
    message: 'The access point was told to stop; it finishes what runs and takes nothing new.',
    components: {},
  },
};

/**
 * Whether work should be sent to this access point. The worst part decides: one that is down makes it unready, one that
 * is degraded leaves it able to serve. `code` and `message` are those of the part that decided.
 */
export async function readiness(phase: Phase, watch: HealthWatch): Promise<HealthReport> {
  if (phase !== 'running') return BEFORE_AND_AFTER[phase];
  const components = await watch.components();
  const down = firstThatIs('down', components);
  if (down !== undefined) return { status: 'unready', code: down.code, message: down.message, components };
  const degraded = firstThatIs('degraded', components);
  if (degraded !== undefined)
    return { status: 'degraded', code: degraded.code, message: degraded.message, components };
  return { status: 'ready', code: 'ok', message: 'The access point takes messages.', components };
}

function firstThatIs(
  status: SeenComponent['status'],
  components: HealthReport['components'],
): SeenComponent | undefined {
  return Object.values(components).find((component) => component.status === status);
}

/** Whether messages should be sent here: load balancers and orchestrators look at nothing else. */
export function isReady(status: HealthReport['status']): boolean {
  return status === 'ready' || status === 'degraded';
}
