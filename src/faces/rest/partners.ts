import { answerJson } from './answer.ts';
import type { Request } from './request.ts';
import type { PartnerStatus } from '../../msh/index.ts';
import type { Operation, RestContext } from './context.ts';
import { RestError } from './problems.ts';
import { readOptionalJson } from './read-json.ts';
import { SCHEMAS, checked } from './schemas.ts';

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** A partner as operators read it; times are clock times. */
export const partnerView = ({ breaker, pause, dueSince, ...status }: PartnerStatus) => ({
  ...status,
  paused: pause && { at: iso(pause.at), by: pause.by, reason: pause.reason },
  dueSince: iso(dueSince),
  breaker: {
    state: breaker.state,
    since: iso(breaker.since),
    failures: breaker.failures,
    reason: breaker.state === 'closed' && breaker.failures === 0 ? undefined : breaker.reason,
    nextProbeAt: iso(breaker.until),
    lastSuccessAt: iso(breaker.lastSuccessAt),
    lastFailureAt: iso(breaker.lastFailureAt),
  },
  links: { self: `/v1/partners/${encodeURIComponent(status.name)}` },
});

/** `GET /v1/partners`: all partners of the P-Modes in force. */
export const listPartners: Operation = async (context, request, response) => {
  checked(SCHEMAS.nothing, request.query, 'query');
  answerJson(response, { items: (await context.msh.partners.list()).map(partnerView) });
};

/** `GET /v1/partners/{name}`. */
export const getPartner: Operation = async (context, request, response) => {
  answerJson(response, await shown(context, nameIn(request)));
};

/** `POST /v1/partners/{name}/pause`: messages for it wait, on every node, until it is resumed. */
export const pausePartner: Operation = async (context, request, response) => {
  const body = await readOptionalJson(request, context.limits.messageFieldBytes);
  const { reason } = checked(SCHEMAS.pause, body, 'body');
  const name = nameIn(request);
  await shown(context, name);
  await context.msh.partners.pause(name, context.principal.name, reason);
  answerJson(response, await shown(context, name));
};

/** `POST /v1/partners/{name}/resume`: what waits goes out. */
export const resumePartner: Operation = async (context, request, response) => {
  const name = nameIn(request);
  await shown(context, name);
  await context.msh.partners.resume(name);
  answerJson(response, await shown(context, name));
};

/** `POST /v1/partners/{name}/reset`: closes its breaker on every node. */
export const resetPartner: Operation = async (context, request, response) => {
  const name = nameIn(request);
  await shown(context, name);
  await context.msh.partners.reset(name);
  answerJson(response, await shown(context, name));
};

function nameIn(request: Request): string {
  return String(request.params['name']);
}

async function shown({ msh }: RestContext, name: string): Promise<ReturnType<typeof partnerView>> {
  const status = await msh.partners.find(name);
  if (status !== undefined) return partnerView(status);
  throw new RestError('rest/unknown-partner', 'No P-Mode in force names this partner.', {
    finding: { check: 'partner-known', field: 'name', found: name },
  });
}
