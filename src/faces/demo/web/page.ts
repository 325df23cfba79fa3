import type { Response } from 'express';
import { JOURNEY } from '../story/journey.ts';
import type { StepNumber } from '../story/journey.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { STYLE_PATH } from './site.ts';

/** Whose pages they are. */
export interface House {
  readonly kind: 'portal' | 'preview';
  readonly name: string;
  readonly about: string;
}

/** What a page shows. */
export interface Page {
  readonly title: string;
  /** Where the citizen is in the user journey. */
  readonly step?: StepNumber | undefined;
  readonly body: Html;
  readonly status?: number | undefined;
  /** s after which the browser looks again: something is awaited. */
  readonly again?: number | undefined;
  /** Another site to which a form of this page leads in the end. */
  readonly leadsTo?: string | undefined;
}

/** Answers with a page that loads nothing from elsewhere, runs no script and is kept in no cache. */
export function sendPage(response: Response, house: House, page: Page): void {
  const forms = ["'self'", ...(page.leadsTo === undefined ? [] : [new URL(page.leadsTo).origin])];
  response.status(page.status ?? 200);
  response.set({
    'Content-Security-Policy': `default-src 'none'; style-src 'self'; form-action ${forms.join(' ')}; frame-ancestors 'none'; base-uri 'none'`,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    ...(page.again === undefined ? {} : { Refresh: String(page.again) }),
  });
  response.type('html').send(documentOf(house, page).markup);
}

function documentOf(house: House, { title, step, body }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – ${house.name}</title>
        <link rel="stylesheet" href="${STYLE_PATH}" />
      </head>
      <body class="${house.kind}">
        <header>
          <div class="wide">
            <p class="house">${house.name}</p>
            <p class="about">${house.about}</p>
          </div>
        </header>
        ${step === undefined ? undefined : journey(step)}
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
        <footer>
          <p class="wide">
            The demonstration of Quoin. Authorities, people and documents are made up; nothing here certifies
            anything.
          </p>
        </footer>
      </body>
    </html> `;
}

function journey(now: StepNumber): Html {
  const items = JOURNEY.map((name, index) => {
    const number = index + 1;
    if (number === now) return html`<li class="now" aria-current="step"><span>${number}</span> ${name}</li>`;
    return html`<li${number < now ? html` class="past"` : undefined}><span>${number}</span> ${name}</li>`;
  });
  return html`<nav aria-label="Steps of the journey">
    <ol class="journey wide">
      ${items}
    </ol>
  </nav>`;
}
