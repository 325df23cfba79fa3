import { DocumentRefusal } from '../../msh/index.ts';
import type { DocumentReport } from '../../msh/index.ts';
import { QuoinError, Refusal } from '../../protocol/errors/index.ts';
import type { Finding } from '../../protocol/errors/index.ts';

/** An error as the API answers it: problem+json (RFC 9457) with our code, the field and the finding. */
export interface Problem {
  /** `urn:quoin:error:<code>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** The field, parameter or header that was looked at. */
  readonly field?: string | undefined;
  readonly finding?: Finding | undefined;
  /** Every field that is wrong, where more than one can be told at once. */
  readonly errors?: readonly FieldError[] | undefined;
  /** Every rule the document breaks, with its place. */
  readonly document?: DocumentReport | undefined;
}

/** One wrong field of a request. */
export interface FieldError {
  readonly field: string;
  readonly detail: string;
}

interface Answer {
  readonly status: number;
  readonly title: string;
}

/** What each error of the API itself is answered with. */
export const REST_PROBLEMS = {
  'rest/malformed-json': { status: 400, title: 'The JSON cannot be read' },
  'rest/invalid-field': { status: 400, title: 'A field is missing or not as expected' },
  'rest/unknown-field': { status: 400, title: 'A field is not known' },
  'rest/bad-base64': { status: 400, title: 'The content is not base64' },
  'rest/malformed-form': { status: 400, title: 'The form cannot be read' },
  'rest/message-not-first': { status: 400, title: 'The message field must come first' },
  'rest/part-undeclared': { status: 400, title: 'A part is not declared' },
  'rest/part-missing': { status: 400, title: 'A declared part is missing' },
  'rest/part-out-of-order': { status: 400, title: 'A part is out of order' },
  'rest/upload-aborted': { status: 400, title: 'The upload was aborted' },
  'rest/bad-request': { status: 400, title: 'The request cannot be understood' },
  'rest/unauthorized': { status: 401, title: 'A token or key is required' },
  'rest/scope-missing': { status: 403, title: 'The key may not do this' },
  'rest/party-not-allowed': { status: 403, title: 'The key is not for this party' },
  'rest/foreign-origin': { status: 403, title: 'Only local use is allowed without a token' },
  'rest/no-such-route': { status: 404, title: 'There is nothing at this path' },
  'rest/unknown-partner': { status: 404, title: 'The partner is not known' },
  'rest/unknown-message': { status: 404, title: 'The message is not known' },
  'rest/unknown-part': { status: 404, title: 'The message has no such part' },
  'rest/unknown-exchange': { status: 404, title: 'The exchange is not known' },
  'rest/no-exchanges': { status: 404, title: 'No exchanges are kept here' },
  'rest/no-common-services': { status: 404, title: 'No common services are asked here' },
  'rest/no-document': { status: 410, title: 'The document is no longer kept' },
  'rest/ambiguous-message': { status: 409, title: 'Several messages have this MessageId' },
  'rest/other-request': { status: 409, title: 'Another request waits' },
  'rest/no-receipt': { status: 404, title: 'There is no receipt yet' },
  'rest/no-envelope': { status: 404, title: 'There is no envelope' },
  'rest/method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'rest/too-slow': { status: 408, title: 'The upload is too slow' },
  'rest/too-large': { status: 413, title: 'The request is too large' },
  'rest/unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'rest/reload-refused': { status: 422, title: 'The configuration cannot be used' },
  'rest/too-many-streams': { status: 503, title: 'Too many event streams are open' },
  'rest/busy': { status: 503, title: 'Too much at once' },
  'rest/defect': { status: 500, title: 'Something went wrong here' },
} as const satisfies Record<`rest/${string}`, Answer>;

/** A code of the table above. */
export type RestErrorCode = keyof typeof REST_PROBLEMS;

/** Errors of the rooms below, the first row that fits; what fits none is a defect. */
const BELOW: readonly (readonly [RegExp, Answer])[] = [
  [
    /^oots\/(not-waiting|no-preview|not-answered|preview-(decided|over)|repeated-request)$/,
    { status: 409, title: 'The exchange has moved on' },
  ],
  [/^oots\/unknown-preview$/, { status: 404, title: 'The preview is not known' }],
  [
    /^oots\/preview-(link-used|(link|session)-expired)$/,
    { status: 410, title: 'The preview cannot be opened any more' },
  ],
  [/^oots\/question-malformed$/, { status: 400, title: 'The question cannot be asked' }],
  [/^oots\/not-recorded$/, { status: 503, title: 'The exchange is not on record yet' }],
  [
    /^oots\/(bad-(preview|return)-location|bad-preview-lifetime|changed-request|document-alone|incomplete-(answer|wish)|metadata-of-supplement|not-a-uuid|parts-disagree|unknown-version|unreadable-document|unsupported-media-type|wrong-(request|version))$/,
    { status: 422, title: 'The exchange cannot be made so' },
  ],
  [/^submit\/duplicate-message-id$/, { status: 409, title: 'The MessageId is taken' }],
  [/^submit\/too-large$/, { status: 413, title: 'The message is too large' }],
  [/^submit\/(missing|undeclared)-part$/, { status: 400, title: 'The parts do not fit the message' }],
  [/^submit\/low-space$/, { status: 503, title: 'There is too little space' }],
  [/^submit\/backlog-full$/, { status: 503, title: 'Too many messages wait to be sent' }],
  [/^(submit|ebms|xml|mime)\//, { status: 422, title: 'The message cannot be accepted' }],
  [/^(store\/events-gone|notify\/cursor-ahead)$/, { status: 410, title: 'Events cannot be read from there' }],
  [/^notify\/unknown-webhook$/, { status: 404, title: 'The webhook is not known' }],
  [/^deliver\/leased$/, { status: 409, title: 'Somebody else works on the message' }],
  [/^deliver\/not-taken$/, { status: 409, title: 'The message was not taken' }],
  [/^send\/not-failed$/, { status: 409, title: 'The message has not failed' }],
  [/^send\/(signer-retired|pmode-gone)$/, { status: 409, title: 'The message can no longer be sent' }],
  [/^store\/bad-page$/, { status: 400, title: 'The page cannot be found' }],
  [/^payloads\/not-found$/, { status: 410, title: 'The payload is no longer kept' }],
  [/^(store|payloads|queue|keys)\//, { status: 503, title: 'The access point cannot do this now' }],
];

/** An error of the API with the finding that names the field. `errors` lists all wrong fields. */
export class RestError extends QuoinError {
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    code: RestErrorCode,
    message: string,
    options: { finding?: Finding; cause?: unknown; errors?: readonly FieldError[] } = {},
  ) {
    super(code, message, options);
    this.name = 'RestError';
    this.errors = options.errors;
  }
}

const DEFECT = { status: 500, title: REST_PROBLEMS['rest/defect'].title };

function answerTo(error: QuoinError): Answer | undefined {
  const own = (REST_PROBLEMS as Readonly<Record<string, Answer>>)[error.code];
  const below = BELOW.find(([pattern]) => pattern.test(error.code))?.[1];
  // A refusal while submitting is about what the backend asked for.
  const refused =
    error instanceof Refusal ? { status: 422, title: 'The message cannot be accepted' } : undefined;
  return own ?? below ?? refused;
}

/** What went wrong as a problem; a defect tells nothing about itself. */
export function problemOf(error: unknown): Problem {
  const known = error instanceof QuoinError ? error : undefined;
  const answer = known && answerTo(known);
  if (known === undefined || answer === undefined) {
    return {
      type: 'urn:quoin:error:rest/defect',
      ...DEFECT,
      detail: 'The request could not be handled; the log of the access point says why.',
      code: 'rest/defect',
    };
  }
  return {
    type: `urn:quoin:error:${known.code}`,
    ...answer,
    detail: known.message,
    code: known.code,
    field: known.finding?.field,
    finding: known.finding,
    errors: known instanceof RestError ? known.errors : undefined,
    document: known instanceof DocumentRefusal ? known.document : undefined,
  };
}
