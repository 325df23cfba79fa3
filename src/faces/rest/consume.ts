import type { Leased } from '../../msh/index.ts';
import { answerJson } from './answer.ts';
import type { Operation, RestContext } from './context.ts';
import { findInbound } from './find-inbound.ts';
import { poll } from './long-poll.ts';
import { readJson, readOptionalJson } from './read-json.ts';
import { SCHEMAS, checked } from './schemas.ts';
import { leasedView, standingView } from './views.ts';

/** `POST /v1/inbox/lease`: messages that wait, for one consumer alone until the lease ends. */
export const leaseInbox: Operation = async (context, request, response) => {
  const { msh, limits } = context;
  const body = await readOptionalJson(request, limits.messageFieldBytes);
  const { limit, seconds, wait, consumer, ...filter } = checked(SCHEMAS.lease, body, 'body');
  const wish = {
    consumer: consumer ?? context.principal.name,
    limit: Math.min(limit, limits.pageSize),
    ms: seconds * 1_000,
    filter: { ...filter, finalRecipients: context.principal.parties },
  };
  const leased = await poll(
    () => msh.lease(wish),
    ({ messages }) => messages.length > 0,
    {
      context,
      response,
      waitSeconds: wait,
    },
  );
  if (response.destroyed) return giveBack(context, leased);
  answerJson(response, leasedView(leased));
};

/** Nobody has learnt of this lease: its messages need not wait for its end. */
async function giveBack({ msh }: RestContext, { lease, messages }: Leased): Promise<void> {
  for (const { rowId } of messages) await msh.release(rowId, lease.id);
}

/** `POST /v1/inbox/{id}/acknowledge`: the backend has it; saying so twice is no error. */
export const acknowledge: Operation = async (context, request, response) => {
  const { rowId } = await findInbound(context, request.params.id);
  const body = await readOptionalJson(request, context.limits.messageFieldBytes);
  const { lease } = checked(SCHEMAS.acknowledge, body, 'body');
  const changed = await context.msh.acknowledge(rowId, lease);
  answerJson(response, standingView(await findInbound(context, rowId), changed));
};

/** `POST /v1/inbox/{id}/release`: the consumer gives the message back before its lease ends. */
export const releaseInbound: Operation = async (context, request, response) => {
  const { rowId } = await findInbound(context, request.params.id);
  const body = await readJson(request, context.limits.messageFieldBytes);
  const { lease } = checked(SCHEMAS.release, body, 'body');
  const changed = await context.msh.release(rowId, lease);
  answerJson(response, standingView(await findInbound(context, rowId), changed));
};

/** `POST /v1/inbox/{id}/redeliver`: a message that was taken waits in the inbox again. */
export const redeliverInbound: Operation = async (context, request, response) => {
  const message = await findInbound(context, request.params.id);
  await context.msh.redeliver(message, context.principal.name);
  answerJson(response, standingView(await findInbound(context, message.rowId), true));
};
