import { html } from '../web/html.ts';
import type { House, Page } from '../web/page.ts';
import type { ProvidedDocument } from './document.ts';
import type { Visit } from './visits.ts';

/** The preview space of an office. */
export const previewHouse = (office = 'Preview space'): House => ({
  kind: 'preview',
  name: office,
  about: 'Preview of your document',
});

/** Where a visit is shown. */
export const visitPath = (exchangeId: string): string => `/visits/${encodeURIComponent(exchangeId)}`;

/** The document, and the two ways from here. */
export function visitPage({ preview, exchange, request }: Visit, document: ProvidedDocument): Page {
  const { state, returnLocation } = preview;
  if (state !== 'opened') return decidedPage({ preview, exchange, request }, document);
  if (exchange.state === 'preview-required') return earlyPage(document);
  const person = request.query.naturalPerson;
  const requester = request.evidenceRequester?.[0]?.names[0]?.text ?? 'the authority that asks';
  const facts = Object.entries(document.facts).map(
    ([name, value]) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`,
  );
  const path = visitPath(exchange.id);
  return {
    title: 'Is this the document you want to send?',
    step: 5,
    leadsTo: returnLocation,
    body: html`<p>
        ${requester} asked for it, at your request. You are logged in here as ${person?.givenName}
        ${person?.familyName} (simulated), the person the request is about.
      </p>
      <article class="paper" aria-labelledby="paper">
        <h2 id="paper">${document.title}</h2>
        <dl>${facts}</dl>
        <p class="soft">
          <a href="${path}/document">Open it as it will be sent (PDF, ${document.pdf.length} bytes)</a>
        </p>
      </article>
      <form method="post" action="${path}/decision" id="decision" class="card notice">
        <p>Nothing has been sent yet. Afterwards you go back to ${requester}.</p>
        <p class="actions">
          <button name="decision" value="approved">Send this document</button>
          <button name="decision" value="refused" class="second">Do not send it</button>
        </p>
      </form>`,
  };
}

/** The citizen was faster than the second request, which says where they go back to. */
function earlyPage({ title, office }: ProvidedDocument): Page {
  return {
    title: 'Your document is being fetched',
    step: 5,
    again: 1,
    body: html`<div class="card wait" role="status">
      <p>${office} looks for your ${title}. This page looks again by itself.</p>
    </div>`,
  };
}

/** What was decided, for whoever comes again. */
function decidedPage({ preview }: Visit, { title }: ProvidedDocument): Page {
  const words = preview.state === 'approved' ? 'is sent' : 'is not sent';
  return {
    title: 'You have decided',
    step: 5,
    body: html`<p class="card notice">Your ${title} ${words}. ${wayBack(preview.returnLocation)}</p>`,
  };
}

const wayBack = (link: string | undefined) =>
  link === undefined
    ? html`Go back to where you came from.`
    : html`<a href="${link}">Go back to where you came from</a>`;

/** Nobody has such a link. */
const UNKNOWN = {
  status: 404,
  title: 'This link is not known',
  words: 'Open the link of the authority that sent you here, or ask it again.',
};

/** What a link or session that leads nowhere is told, by the code of the problem. */
const CLOSED: Readonly<
  Record<string, { readonly status: number; readonly title: string; readonly words: string }>
> = {
  'oots/unknown-preview': UNKNOWN,
  // Without a token, or with something else in its place.
  'rest/invalid-field': UNKNOWN,
  'oots/preview-link-used': {
    status: 410,
    title: 'This link has been used',
    words: 'A preview is opened once. Nothing more is shown and nothing more is sent by this link.',
  },
  'oots/preview-link-expired': {
    status: 410,
    title: 'This link has expired',
    words: 'Ask for the evidence again.',
  },
  'oots/preview-session-expired': {
    status: 410,
    title: 'Your visit has expired',
    words: 'Ask for the evidence again.',
  },
  'oots/preview-over': {
    status: 409,
    title: 'The preview is over',
    words: 'The request was answered, or nobody waits for it any more.',
  },
  'oots/preview-decided': {
    status: 409,
    title: 'You have decided before',
    words: 'Your first decision counts.',
  },
};

/** A page for a problem of the API; one that citizens do not cause is shown as it is. */
export function closedPage(problem: string | undefined, message: string): Page {
  const { status, title, words } = CLOSED[problem ?? ''] ?? {
    status: 502,
    title: 'That did not work',
    words: message,
  };
  return {
    title,
    status,
    body: html`<p class="card bad" role="alert">${words} Go back to where you came from.</p>`,
  };
}
