import type { EventFilter } from '../../msh/index.ts';
import { answerJson } from './answer.ts';
import type { Operation, RestContext } from './context.ts';
import { streamTo } from './event-stream.ts';
import { EVENT_SCHEMAS } from './event-schemas.ts';
import { RestError } from './problems.ts';
import { checked } from './schemas.ts';

/** The filter of a query, held to the parties of the key. */
function filterOf(
  { principal }: RestContext,
  {
    type,
    conversationId,
    messageId,
    since,
  }: Pick<EventFilter, 'conversationId' | 'messageId' | 'since'> & {
    readonly type?: EventFilter['types'];
  },
): EventFilter {
  return { types: type, conversationId, messageId, since, parties: principal.parties };
}

/** `GET /v1/events`: what happened to messages, oldest first; `cursor` is where to ask on, also when there is nothing yet. */
export const listEvents: Operation = async (context, request, response) => {
  const { limits, notifier } = context;
  const query = checked(EVENT_SCHEMAS.eventsQuery, request.query, 'query');
  const limit = Math.min(query.limit, limits.pageSize);
  const page = await notifier.events(filterOf(context, query), { after: query.after, limit });
  const given = Object.entries({ ...request.query, after: page.cursor }).map(
    ([name, value]): [string, string] => [name, String(value)],
  );
  answerJson(response, {
    items: page.items.map((event) => notifier.cloudEvent(event)),
    cursor: page.cursor,
    more: page.more,
    links: { next: `${request.path}?${new URLSearchParams(given).toString()}` },
  });
};

/** `GET /v1/events/stream`: the same as Server-Sent Events, from a cursor on or from now on, until either side ends it. */
export const streamEvents: Operation = async (context, request, response) => {
  const query = checked(EVENT_SCHEMAS.streamQuery, request.query, 'query');
  const given = request.headers['last-event-id'];
  const resumed = (Array.isArray(given) ? given[0] : given) || query.after;
  const after = resumed ?? (query.since === undefined ? await context.notifier.lastEvent() : '0');
  const leave = takePlace(context);
  try {
    await streamTo(context, request, response, { filter: filterOf(context, query), after });
  } finally {
    leave();
  }
};

/** A place among the streams; each holds a connection and looks for events. */
function takePlace({ streams, limits }: Parameters<Operation>[0]): () => void {
  if (streams.running >= limits.eventStreams) {
    throw new RestError('rest/too-many-streams', 'As many event streams are open as this API serves.', {
      finding: {
        check: 'streams-open',
        expected: `fewer than ${limits.eventStreams}`,
        found: String(streams.running),
        advice:
          'Close streams that nobody reads, ask GET /v1/events from time to time instead, or use a webhook.',
      },
    });
  }
  streams.running += 1;
  return () => void (streams.running -= 1);
}
