import type { House, Page } from '../web/page.ts';
import { html } from '../web/html.ts';
import type { Html } from '../web/html.ts';
import type { ExchangeView } from '../exchange-view.ts';
import type { Case } from './cases.ts';
import { CITIZEN, UNIVERSITY } from './citizen-data.ts';
import { inEnglish } from './offers.ts';
import type { Offer } from './offers.ts';

/** The portal of the university. */
export const PORTAL: House = {
  kind: 'portal',
  name: inEnglish(UNIVERSITY.names),
  about: 'Application for a place to study',
};

/** Where a case is shown. */
export const casePath = (id: string): string => `/requests/${encodeURIComponent(id)}`;

const citizen = html`<section class="card" aria-labelledby="who">
  <h2 id="who">You are logged in</h2>
  <dl>
    <dt>Name</dt>
    <dd>${CITIZEN.givenName} ${CITIZEN.familyName}</dd>
    <dt>Date of birth</dt>
    <dd>${CITIZEN.dateOfBirth}</dd>
    <dt>eID</dt>
    <dd>simulated, level of assurance ${CITIZEN.levelOfAssurance}</dd>
  </dl>
</section>`;

/** Choose evidence and ask for it; a complaint says what was missing. */
export function choicePage(offers: readonly Offer[], complaint?: string, chosen?: string): Page {
  const requirements = [
    ...new Map(offers.map(({ requirement }) => [requirement.identifier, requirement])).values(),
  ];
  const groups = requirements.map(({ identifier, names }) => {
    const own = offers.filter(({ requirement }) => requirement.identifier === identifier);
    return html`<fieldset>
      <legend>${inEnglish(names)}</legend>
      ${own.map((offer) => choice(offer, offer.key === chosen))}
    </fieldset>`;
  });
  return {
    title: 'Get your documents from where they are',
    step: 2,
    status: complaint === undefined ? 200 : 422,
    body: html`${citizen}
      ${complaint === undefined ? undefined : html`<p class="card bad" role="alert">${complaint}</p>`}
      <p>
        Your application needs these proofs. The authorities below have them, as the common services of the
        European Union say.
      </p>
      <form method="post" action="/requests">
        ${groups}
        <fieldset>
          <legend>Your request</legend>
          <div class="choice">
            <input type="checkbox" id="explicit" name="explicit" value="yes" />
            <label for="explicit"
              >I ask ${PORTAL.name} to request this evidence for me.
              <small>Nobody asks for it without your request. You may also upload it yourself.</small></label
            >
          </div>
        </fieldset>
        <p class="actions"><button>Request evidence</button></p>
      </form>`,
  };
}

function choice({ key, title, office, version }: Offer, isChosen: boolean): Html {
  return html`<div class="choice">
    <input type="radio" id="${key}" name="offer" value="${key}" ${isChosen ? 'checked' : undefined} />
    <label for="${key}">${title}, ${office}<small>Exchange Data Model ${version}</small></label>
  </div>`;
}

/** How a case stands. */
export function casePage(open: Case, view: ExchangeView): Page {
  return (STANDS[view.state] ?? ended)(open, view);
}

const STANDS: Readonly<Partial<Record<ExchangeView['state'], (open: Case, view: ExchangeView) => Page>>> = {
  requested: (open) =>
    awaiting(open, 'Your request is on its way', 3, 'has been asked. This takes a moment.'),
  'preview-required': offered,
  'preview-requested': (open) =>
    awaiting(open, 'Waiting for your decision', 5, 'waits for your decision, or sends what you decided.'),
  answered: (open, view) => (open.saved.length > 0 ? arrived(open, view) : ended(open, view)),
};

function awaiting(open: Case, title: string, step: 3 | 5, what: string): Page {
  return {
    title,
    step,
    again: 1,
    body: html`${about(open)}
      <div class="card wait" role="status">
        <p>${open.offer.office} ${what} This page looks again by itself.</p>
      </div>`,
  };
}

function offered(open: Case, { id, previewLocation }: ExchangeView): Page {
  const { office, title } = open.offer;
  return {
    title: 'See it before it is sent',
    step: 4,
    leadsTo: previewLocation,
    body: html`${about(open)}
      <section class="card notice">
        <p>
          ${office} shows you your ${title} first. You log in there, look at it, and decide whether it is sent
          to us. Afterwards you come back here.
        </p>
        <form method="post" action="${casePath(id)}/preview" id="preview">
          <p class="actions"><button>Go to the preview</button></p>
        </form>
      </section>`,
  };
}

function arrived(open: Case, { id, timeline }: ExchangeView): Page {
  const { saved, submitted } = open;
  const files = saved.map(
    ({ title, mediaType, bytes }, n) =>
      html`<p class="actions">
        <a class="button second" href="${casePath(id)}/evidence/${n}">Download ${title}</a>
        <span class="soft">${mediaType}, ${bytes.length} bytes</span>
      </p>`,
  );
  return {
    title: submitted ? 'Your application is submitted' : 'Your evidence has arrived',
    step: submitted ? 7 : 6,
    body: html`${about(open)}
      <section class="card notice" aria-labelledby="evidence">
        <h2 id="evidence">Evidence</h2>
        ${files} ${submitted ? html`<p>It was submitted with your application.</p>` : submission(id)}
      </section>
      ${history(timeline)}${another()}`,
  };
}

function submission(id: string): Html {
  return html`<form method="post" action="${casePath(id)}/submit" id="submit">
    <p class="actions"><button>Use it and submit the application</button></p>
  </form>`;
}

/** No evidence came, and why. */
const REASONS: Readonly<Record<string, string>> = {
  'no-match': 'No document was sent: there is none about you, or you decided that it is not sent.',
  deferred: 'The document is not there yet. Try again later.',
  exception: 'The authority could not answer.',
  expired: 'Nobody answered in time. Ask again.',
  failed: 'The request could not be delivered. Ask again later.',
};

function ended(open: Case, { state, outcome, exception, timeline }: ExchangeView): Page {
  const reason = REASONS[outcome ?? state] ?? '';
  return {
    title: 'No evidence was received',
    step: 6,
    body: html`${about(open)}
      <p class="card bad">${reason} ${exception}</p>
      ${history(timeline)}${another()}`,
  };
}

function about({ offer: { title, office, version } }: Case): Html {
  return html`<section class="card" aria-label="Your request">
    <dl>
      <dt>Evidence</dt>
      <dd>${title}</dd>
      <dt>From</dt>
      <dd>${office}</dd>
      <dt>Version</dt>
      <dd>Exchange Data Model ${version}</dd>
    </dl>
  </section>`;
}

/** What each entry of a timeline is called for a citizen; others are for operators. */
const HAPPENED: Readonly<Record<string, readonly [out: string, into: string]>> = {
  request: ['Request sent', 'Request received'],
  response: ['Answer sent', 'Answer received'],
  error: ['Preview or refusal sent', 'Preview offered, or the request refused'],
  receipt: ['Delivery proven by a signed receipt', 'Signed receipt given'],
};

function history(timeline: ExchangeView['timeline']): Html {
  const items = timeline.flatMap(({ at, event, direction }) => {
    const words = HAPPENED[event]?.[direction === 'in' ? 1 : 0];
    return words === undefined
      ? []
      : [html`<li><time datetime="${at}">${at.slice(11, 23)}</time> ${words}</li>`];
  });
  return html`<section class="card" aria-labelledby="history">
    <h2 id="history">What happened (times in UTC)</h2>
    <ol class="timeline">
      ${items}
    </ol>
  </section>`;
}

function another(): Html {
  return html`<p><a href="/">Request other evidence</a></p>`;
}

/** Something is not there, or not for whoever asks. */
export function missingPage(): Page {
  return {
    title: 'There is nothing here for you',
    status: 404,
    body: html`<p class="card bad">
      The request is not known, or belongs to somebody else. <a href="/">Begin again</a>
    </p>`,
  };
}

/** The access point refused a call: its own words. */
export function brokenPage(message: string): Page {
  return {
    title: 'That did not work',
    status: 502,
    body: html`<p class="card bad" role="alert">${message}</p>
      ${another()}`,
  };
}
