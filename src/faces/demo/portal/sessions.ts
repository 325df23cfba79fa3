import { randomBytes, randomUUID } from 'node:crypto';
import { CITIZEN } from './citizen-data.ts';
import { tellPortal } from './collect-evidence.ts';
import type { PortalWorld } from './collect-evidence.ts';

/** Citizens who are logged in. */
export interface Sessions {
  readonly logIn: (known: string | undefined) => string;
  /** Whatever a citizen asks for in a session is one conversation (TDD 4.4). */
  readonly conversationOf: (session: string) => string;
  readonly isFirstLook: (session: string) => boolean;
}

/** Opens the sessions; the eID is simulated: whoever comes is the citizen. */
export function openSessions(world: PortalWorld): Sessions {
  const conversations = new Map<string, string>();
  const looked = new Set<string>();
  return {
    logIn: (known) => {
      if (known !== undefined && conversations.has(known)) return known;
      const session = randomBytes(32).toString('base64url');
      conversations.set(session, randomUUID());
      const { givenName, familyName, levelOfAssurance } = CITIZEN;
      world.narrator.begin(1);
      tellPortal(
        world,
        `knows ${givenName} ${familyName} by eID (simulated), level of assurance ${levelOfAssurance}`,
      );
      return session;
    },
    conversationOf: (session) => conversations.get(session) ?? randomUUID(),
    isFirstLook: (session) => !looked.has(session) && looked.add(session).has(session),
  };
}
