import type { NextFunction, Request, Response } from 'express';
import { CallFailed } from '../api.ts';
import { sendPage } from '../web/page.ts';
import type { Page } from '../web/page.ts';
import { cookieOf, fieldOf } from '../web/site.ts';
import type { Site } from '../web/site.ts';
import { documentFor } from './document.ts';
import { closedPage, previewHouse, visitPage, visitPath } from './preview-pages.ts';
import type { Visits } from './visits.ts';

/** Path that opens links. */
export const OPEN_PATH = '/open';

/** Its path keeps the visits of one browser apart. */
const COOKIE = '__Secure-visit';

/** Gives a site the pages of the preview space. */
export function servePreview(site: Site, visits: Visits): void {
  const show = (response: Response, page: Page, office?: string): void =>
    sendPage(response, previewHouse(office), page);
  const sessionOf = (request: Request): string => cookieOf(request, COOKIE) ?? '';

  site.serve((app) => {
    // The link is used up by it, and its secret leaves the address bar.
    app.get(OPEN_PATH, async ({ query }, response) => {
      const token = fieldOf(query, 'token') ?? '';
      const { session, exchangeId } = await visits.open(token, fieldOf(query, 'returnurl'));
      const path = visitPath(exchangeId);
      response.cookie(COOKIE, session, { httpOnly: true, secure: true, sameSite: 'lax', path });
      response.redirect(303, path);
    });
    app.get('/visits/:id', async (request, response) => {
      const visit = await visits.look(sessionOf(request));
      const document = documentFor(visit.request);
      show(response, visitPage(visit, document), document.office);
    });
    app.get('/visits/:id/document', async (request, response) => {
      const { title, pdf } = documentFor((await visits.look(sessionOf(request))).request);
      response.set({ 'Content-Security-Policy': "default-src 'none'", 'Cache-Control': 'no-store' });
      response
        .set('Content-Disposition', `inline; filename="${title}.pdf"`)
        .type('application/pdf')
        .send(pdf);
    });
    app.post('/visits/:id/decision', async (request, response) => {
      const decision = fieldOf(request.body, 'decision') === 'approved' ? 'approved' : 'refused';
      const visit = await visits.decide(sessionOf(request), decision);
      const { returnLocation } = visit.preview;
      if (returnLocation !== undefined) return response.redirect(303, returnLocation);
      const document = documentFor(visit.request);
      show(response, visitPage(visit, document), document.office);
    });
    app.use((_request, response) => show(response, closedPage('oots/unknown-preview', '')));
    app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
      if (response.headersSent) return next(error);
      const message = error instanceof Error ? error.message : String(error);
      show(response, closedPage(error instanceof CallFailed ? error.problem : undefined, message));
    });
  });
}
