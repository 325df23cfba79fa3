import { fields, satisfies } from './fields.ts';
import { compareText } from './problems.ts';
import type { Route } from './routes.ts';
import { routesIn } from './routes.ts';
import type { Leg, MatchExplanation, MatchFacts, PMode } from './types.ts';

/** Weight of a leg that does not let this access point send (or receive) at all. */
const WRONG_DIRECTION = 10;

/**
 * For every leg of every P-Mode: which fields agree with a message and which do not, one line a field, the closest leg
 * first. The order depends on nothing but the P-Modes and the facts.
 */
export function explainMatch(pmodes: readonly PMode[], facts: MatchFacts): MatchExplanation[] {
  return explainClosest(pmodes, facts, Number.POSITIVE_INFINITY);
}

/** The same for the closest legs only, so that a refusal stays small however many P-Modes there are. */
export function explainClosest(
  pmodes: readonly PMode[],
  facts: MatchFacts,
  most: number,
): MatchExplanation[] {
  return closestRoutes(pmodes, facts)
    .sort(
      (a, b) =>
        a.distance - b.distance ||
        compareText(a.route.pmode.id, b.route.pmode.id) ||
        compareText(a.route.leg.name, b.route.leg.name),
    )
    .slice(0, most)
    .map(({ route }) => explainRoute(route, facts));
}

interface Judged {
  readonly route: Route;
  readonly distance: number;
}

/** A leg travels one way or both; it is judged by the way that comes closest. */
function closestRoutes(pmodes: readonly PMode[], facts: MatchFacts): Judged[] {
  const closest = new Map<Leg, Judged>();
  for (const route of routesIn(pmodes)) {
    const distance = distanceOf(route, facts);
    const best = closest.get(route.leg);
    if (best === undefined || distance < best.distance) closest.set(route.leg, { route, distance });
  }
  return [...closest.values()];
}

function distanceOf(route: Route, facts: MatchFacts): number {
  const start = route.direction === facts.direction ? 0 : WRONG_DIRECTION;
  return fields.reduce((sum, field) => (satisfies(field, route, facts) ? sum : sum + field.weight), start);
}

function explainRoute(route: Route, facts: MatchFacts): MatchExplanation {
  const travels = route.direction === facts.direction;
  const lines = fields
    .filter((field) => field.name !== 'pmode' || !field.open(facts))
    .map((field) => ({
      field: field.name,
      expected: field.expected(route),
      found: field.found(facts),
      agrees: satisfies(field, route, facts),
    }));
  const direction = {
    field: 'direction',
    expected: route.direction,
    found: facts.direction,
    agrees: travels,
  };
  return {
    pmodeId: route.pmode.id,
    leg: route.leg.name,
    governs: travels && lines.every(({ agrees }) => agrees),
    fields: [direction, ...lines],
  };
}
