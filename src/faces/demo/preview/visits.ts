import type { EvidenceRequest } from '../../../oots/index.ts';
import type { Api } from '../api.ts';
import { exchangePath } from '../exchange-view.ts';
import type { ExchangeView } from '../exchange-view.ts';
import type { Narrator } from '../story/narrator.ts';
import { answerDecided, tellProvider } from './provider.ts';

/** A preview as the API tells it to whoever has its session. */
export interface Visit {
  readonly preview: {
    readonly state: 'opened' | 'approved' | 'refused';
    readonly sessionExpiresAt: string;
    readonly returnLocation?: string;
  };
  readonly exchange: ExchangeView;
  readonly request: EvidenceRequest;
}

/** What the citizen decides. */
export type Decision = 'approved' | 'refused';

/** What the preview pages do: links are opened, looked at and decided on by calls of the API. */
export interface Visits {
  /** Opens a link, once; the session goes into a cookie. */
  readonly open: (
    token: string,
    returnLocation: string | undefined,
  ) => Promise<{ readonly session: string; readonly exchangeId: string }>;
  readonly look: (session: string) => Promise<Visit>;
  /** Decides, and answers the request that waits for it; before it has come, nobody is asked to decide. */
  readonly decide: (session: string, decision: Decision) => Promise<Visit>;
}

/** Opens the preview space of a provider. */
export function openVisits(api: Api, narrator: Narrator): Visits {
  const world = { api, narrator };
  const look = (session: string): Promise<Visit> => api.post<Visit>('/v1/preview/session', { session });

  return {
    open: async (token, returnLocation) => {
      const opened = await api.post<Visit & { readonly session: string }>('/v1/preview/open', {
        token,
        ...(returnLocation === undefined ? {} : { returnLocation }),
      });
      narrator.begin(5);
      tellProvider(
        world,
        'opens the link for the citizen, who logs in again (simulated): POST /v1/preview/open',
      );
      return { session: opened.session, exchangeId: opened.exchange.id };
    },
    look,
    decide: async (session, decision) => {
      const { exchange } = await api.post<Visit>('/v1/preview/decide', { session, decision });
      tellProvider(world, `has the citizen's decision, ${decision}: POST /v1/preview/decide`);
      const view = await api.get<ExchangeView>(exchangePath(exchange.id));
      if (view.state === 'preview-requested') await answerDecided(world, view, decision === 'approved');
      return await look(session);
    },
  };
}
