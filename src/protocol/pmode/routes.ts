import type { AgreementRef, PartyId, Service } from '../ebms/index.ts';
import type { GoverningLeg, Leg, PMode, Party } from './types.ts';

/** One way a message can travel on a leg, seen from this access point: every value that must be met. */
export interface Route {
  readonly pmode: PMode;
  readonly leg: Leg;
  readonly direction: 'send' | 'receive';
  readonly from: Party;
  readonly fromRole: string;
  readonly to: Party;
  readonly toRole: string;
}

type Side = 'initiator' | 'responder';

/** All routes of a P-Mode: each leg, once for each side that may send on it. */
export function routesOf(pmode: PMode): readonly Route[] {
  const alone = pmode.initiator.party.name === pmode.responder.party.name;
  return pmode.legs.flatMap((leg) =>
    sendingSides(leg, alone).flatMap((side) => {
      const [sender, receiver] = bothSides(pmode, side);
      const values = {
        pmode,
        leg,
        from: sender.party,
        fromRole: sender.role,
        to: receiver.party,
        toRole: receiver.role,
      };
      const directions = alone ? (['send', 'receive'] as const) : [directionOf(pmode, side)];
      return directions.map((direction) => ({ ...values, direction }));
    }),
  );
}

/** Routes of a snapshot of P-Modes are worked out once; a snapshot is never changed, only replaced. */
const known = new WeakMap<readonly PMode[], readonly Route[]>();

/** All routes of a snapshot of P-Modes. */
export function routesIn(pmodes: readonly PMode[]): readonly Route[] {
  const routes = known.get(pmodes) ?? pmodes.flatMap(routesOf);
  known.set(pmodes, routes);
  return routes;
}

/** A leg of a P-Mode by name, for a message whose governing leg is already known; undefined when it is gone or cannot travel this way. */
export function governingLeg(
  pmodes: readonly PMode[],
  pmodeId: string,
  leg: string,
  direction: 'send' | 'receive',
): GoverningLeg | undefined {
  const route = routesIn(pmodes).find(
    (one) => one.pmode.id === pmodeId && one.leg.name === leg && one.direction === direction,
  );
  return route && asGoverning(route);
}

/** The leg as the MSH works with it. */
export function asGoverning(route: Route): GoverningLeg {
  const { pmode, leg, direction, from, fromRole, to, toRole } = route;
  const [self, selfRole, partner, partnerRole] =
    direction === 'send' ? [from, fromRole, to, toRole] : [to, toRole, from, fromRole];
  return { pmode, leg, direction, self, partner, selfRole, partnerRole };
}

/** The exact values of one message, as far as they choose a P-Mode (eDelivery AS4 1.15 §1.4.2.2). */
export interface RouteValues {
  readonly direction: 'send' | 'receive';
  readonly from: PartyId;
  readonly fromRole: string;
  readonly to: PartyId;
  readonly toRole: string;
  readonly service: Service;
  readonly action: string;
  readonly agreement: AgreementRef | undefined;
  readonly mpc: string;
}

/** Identity of a message for matching: equal keys and only equal keys are governed alike. `AgreementRef/@pmode` is no part of it. */
export function routeKey(values: RouteValues): string {
  const { direction, from, fromRole, to, toRole, service, action, agreement, mpc } = values;
  return JSON.stringify([
    direction,
    ...typedKey(from),
    fromRole,
    ...typedKey(to),
    toRole,
    ...typedKey(service),
    action,
    ...typedKey(agreement),
    mpc,
  ]);
}

/** Every message a route governs, one for each pair of identifiers the parties may use. */
export function valuesOf(route: Route): readonly RouteValues[] {
  const { direction, from, fromRole, to, toRole, leg, pmode } = route;
  return from.partyIds.flatMap((fromId) =>
    to.partyIds.map((toId) => ({
      direction,
      from: fromId,
      fromRole,
      to: toId,
      toRole,
      service: leg.service,
      action: leg.action,
      agreement: pmode.agreement,
      mpc: leg.mpc,
    })),
  );
}

function typedKey(
  typed: { readonly value: string; readonly type?: string | undefined } | undefined,
): unknown[] {
  return [typed?.value ?? null, typed?.type ?? null];
}

/** In an agreement with oneself both sides are the same party: `either` adds nothing to `initiator`. */
function sendingSides({ sender }: Leg, alone: boolean): readonly Side[] {
  if (sender !== 'either') return [sender];
  return alone ? ['initiator'] : ['initiator', 'responder'];
}

function bothSides(pmode: PMode, sender: Side): readonly [PMode['initiator'], PMode['initiator']] {
  return sender === 'initiator' ? [pmode.initiator, pmode.responder] : [pmode.responder, pmode.initiator];
}

function directionOf(pmode: PMode, sender: Side): 'send' | 'receive' {
  return pmode.selfIs === sender ? 'send' : 'receive';
}
