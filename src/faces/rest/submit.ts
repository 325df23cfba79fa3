import type { SubmitResult, Submission, SubmittedPart } from '../../msh/index.ts';
import { answerJson } from './answer.ts';
import type { Operation } from './context.ts';
import { idempotencyOf } from './idempotency.ts';
import { requireOwnReference, requireSender } from './parties.ts';
import { SCHEMAS } from './schemas.ts';
import type { Response } from './request.ts';
import { readUpload } from './uploads.ts';
import type { UploadShape } from './uploads.ts';
import { submittedView } from './views.ts';

type Described = Omit<Submission, 'parts'> & {
  readonly parts: readonly (SubmittedPart & { readonly content?: string | undefined })[];
};

const SHAPE: UploadShape<Described> = {
  inline: SCHEMAS.inlineSubmission,
  described: SCHEMAS.submission,
  partsOf: ({ parts }) => ({ field: 'parts', parts }),
};

/** Answers a submission: 202 when it is kept now, 200 when the same one was kept before. */
export function answerSubmission(response: Response, result: SubmitResult): void {
  const view = submittedView(result);
  answerJson(response, view, {
    status: result.outcome === 'accepted' ? 202 : 200,
    location: view.links.self,
  });
}

/** `POST /v1/messages`: JSON with parts in base64, or a form whose files are streamed. */
export const submitMessage: Operation = async (context, request, response) => {
  const idempotency = idempotencyOf(request, context.principal);
  const permit = async (described: Described): Promise<void> => {
    requireSender(context.principal, described);
    await requireOwnReference(context, described);
  };
  const result = await readUpload(context, request, { ...SHAPE, permit }, ({ parts, ...header }, streams) =>
    context.msh.submit(
      { ...header, idempotency, parts: parts.map(({ content: _content, ...part }) => part) },
      streams,
    ),
  );
  answerSubmission(response, result);
};
