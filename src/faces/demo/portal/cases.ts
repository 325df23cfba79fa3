import { exchangePath } from '../exchange-view.ts';
import type { ExchangeView } from '../exchange-view.ts';
import { collectEvidence, tellPortal } from './collect-evidence.ts';
import type { PortalWorld, SavedEvidence } from './collect-evidence.ts';
import { findOffers } from './find-offers.ts';
import type { Offer } from './offers.ts';
import { openSessions } from './sessions.ts';
import { wishFor } from './wish.ts';

/** What a citizen has asked for. */
export interface Case {
  /** Of the exchange. */
  readonly id: string;
  readonly session: string;
  readonly offer: Offer;
  readonly saved: readonly SavedEvidence[];
  readonly submitted: boolean;
}

/** What the portal does, whatever its pages look like: three calls of the API, and one more where there is a preview. */
export interface Cases {
  /** The session of a citizen who is known by it already, else of one who logs in. */
  readonly logIn: (known: string | undefined) => string;
  /** What can be asked for, as the common services say. */
  readonly offers: (session: string) => Promise<readonly Offer[]>;
  readonly ask: (session: string, offer: Offer) => Promise<Case>;
  /** A case of this citizen. */
  readonly find: (session: string | undefined, id: string) => Case | undefined;
  /** How it stands; what has come is saved and acknowledged. While something is awaited, a few seconds are waited. */
  readonly look: (id: string) => Promise<ExchangeView>;
  /** Asks again, with the preview; resolves to the link for the citizen. */
  readonly preview: (id: string, returnLocation: string) => Promise<string>;
  readonly submit: (id: string) => void;
  readonly all: () => readonly Case[];
}

/** s that a look waits for news; the page is loaded again afterwards. */
const LOOK = 3;

const AWAITED: readonly string[] = ['requested', 'preview-requested'] satisfies ExchangeView['state'][];

interface OpenCase extends Case {
  saved: readonly SavedEvidence[];
  submitted: boolean;
  collecting?: Promise<readonly SavedEvidence[]>;
}

/** Opens the portal's cases; they are in memory, the exchanges are kept by the access point. */
export function openCases(world: PortalWorld): Cases {
  const { api, narrator } = world;
  const sessions = openSessions(world);
  const cases = new Map<string, OpenCase>();
  return {
    logIn: (known) => sessions.logIn(known),
    offers: (session) => findOffers(world, sessions.isFirstLook(session)),
    ask: async (session, offer) => {
      narrator.begin(3);
      const wish = wishFor(offer, sessions.conversationOf(session));
      const view = await api.post<ExchangeView>('/v1/exchanges', wish);
      tellPortal(world, `asks for it, at the citizen's explicit request: POST /v1/exchanges`, [
        `${offer.title}, ${offer.office}`,
        `exchange ${view.id}, EDM ${view.version}, to ${offer.accessPoint.identifier.value}`,
      ]);
      const open: OpenCase = { id: view.id, session, offer, saved: [], submitted: false };
      cases.set(view.id, open);
      return open;
    },
    find: (session, id) => {
      const found = cases.get(id);
      return found?.session === session ? found : undefined;
    },
    look: async (id) => {
      const path = exchangePath(id);
      const now = await api.get<ExchangeView>(path);
      const view = AWAITED.includes(now.state)
        ? await api.get<ExchangeView>(`${path}?wait=${LOOK}&unless=${now.state}`)
        : now;
      const open = cases.get(id)!;
      // However many windows look, it is collected once.
      if (view.state === 'answered')
        open.saved = await (open.collecting ??= collectEvidence(world, open.offer, view));
      return view;
    },
    preview: async (id, returnLocation) => {
      const view = await api.post<ExchangeView>(`${exchangePath(id)}/preview`, { returnLocation });
      tellPortal(world, 'makes the second request, and redirects: POST /v1/exchanges/{id}/preview');
      return view.citizenLink ?? '';
    },
    submit: (id) => {
      const open = cases.get(id)!;
      if (open.submitted) return;
      open.submitted = true;
      narrator.begin(7);
      tellPortal(world, `takes the application with the ${open.offer.title}`);
    },
    all: () => [...cases.values()],
  };
}
