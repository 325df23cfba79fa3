import type { Express, NextFunction, Request, Response } from 'express';
import { sendPage } from '../web/page.ts';
import type { Page } from '../web/page.ts';
import { cookieOf, fieldOf } from '../web/site.ts';
import type { Site } from '../web/site.ts';
import type { Case, Cases } from './cases.ts';
import { brokenPage, casePage, casePath, choicePage, missingPage, PORTAL } from './portal-pages.ts';

/** `__Host-`: only this server sets it, only over TLS. */
const COOKIE = '__Host-portal';

type Act = (open: Case, request: Request, response: Response) => Promise<void> | void;

const show = (response: Response, page: Page): void => sendPage(response, PORTAL, page);

/** Gives a site the pages of the portal. */
export function servePortal(site: Site, cases: Cases): void {
  site.serve((app) => {
    serveChoice(app, cases);
    serveCases(app, cases, site.url);
    app.use((_request, response) => show(response, missingPage()));
    app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
      if (response.headersSent) next(error);
      else show(response, brokenPage(error instanceof Error ? error.message : String(error)));
    });
  });
}

function serveChoice(app: Express, cases: Cases): void {
  const sessionOf = (request: Request, response: Response): string => {
    const session = cases.logIn(cookieOf(request, COOKIE));
    response.cookie(COOKIE, session, { httpOnly: true, secure: true, sameSite: 'lax', path: '/' });
    return session;
  };

  app.get('/', async (request, response) => {
    show(response, choicePage(await cases.offers(sessionOf(request, response))));
  });
  app.post('/requests', async (request, response) => {
    const session = sessionOf(request, response);
    const offers = await cases.offers(session);
    const offer = offers.find(({ key }) => key === fieldOf(request.body, 'offer'));
    if (offer === undefined) return show(response, choicePage(offers, 'Choose the evidence first.'));
    if (fieldOf(request.body, 'explicit') !== 'yes')
      return show(
        response,
        choicePage(offers, 'Tick the box: nothing is requested without your request.', offer.key),
      );
    response.redirect(303, casePath((await cases.ask(session, offer)).id));
  });
}

function serveCases(app: Express, cases: Cases, url: string): void {
  /** A case is for the citizen who asked for it, also after a preview (TDD 4.9). */
  const ofCitizen = (act: Act) => async (request: Request, response: Response) => {
    const open = cases.find(cookieOf(request, COOKIE), String(request.params['id']));
    if (open === undefined) show(response, missingPage());
    else await act(open, request, response);
  };
  const look: Act = async (open, _request, response) => {
    const view = await cases.look(open.id);
    show(response, casePage(open, view));
  };
  const preview: Act = async ({ id }, _request, response) =>
    response.redirect(303, await cases.preview(id, `${url}${casePath(id)}`));
  const submit: Act = ({ id }, _request, response) => {
    cases.submit(id);
    response.redirect(303, casePath(id));
  };
  const download: Act = ({ saved }, request, response) => {
    const file = saved[Number(request.params['n'])];
    if (file === undefined) return show(response, missingPage());
    response.set({ 'Content-Security-Policy': "default-src 'none'", 'Cache-Control': 'no-store' });
    response.attachment(`${file.title}.pdf`).type(file.mediaType).send(file.bytes);
  };

  app.get('/requests/:id', ofCitizen(look));
  app.post('/requests/:id/preview', ofCitizen(preview));
  app.post('/requests/:id/submit', ofCitizen(submit));
  app.get('/requests/:id/evidence/:n', ofCitizen(download));
}
