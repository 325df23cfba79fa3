import { attribute, children, isElement } from '../../protocol/xml/index.ts';
import type { XmlElement } from '../../protocol/xml/index.ts';
import { childPlaces, rootPlace } from '../codec/places.ts';
import { qualified } from '../namespaces.ts';
import type { Placed } from './rule.ts';

/** One step of a path: `rim:Slot(Procedure)` is the slot of that name, `*` any element. */
interface Step {
  readonly anywhere: boolean;
  readonly matches: (element: XmlElement) => boolean;
}

const STEP = /^([^()]+)(?:\(([^()]+)\))?$/;

/** The elements of one document by paths; places, children and what is below by a path are worked out once for each element. */
export class Selector {
  readonly root: Placed;
  readonly #inside = new Map<XmlElement, readonly Placed[]>();
  readonly #parents = new Map<XmlElement, Placed>();
  readonly #fromRoot = new Map<string, readonly Placed[]>();
  /** By path: rules ask a parent the same for each of its children, and it may have thousands. */
  readonly #below = new Map<string, Map<XmlElement, readonly Placed[]>>();

  constructor(root: XmlElement) {
    this.root = { element: root, place: rootPlace(root) };
  }

  /** Elements by an absolute path: `/a/b`, or `//a` for all of a name. */
  all(path: string): readonly Placed[] {
    const known = this.#fromRoot.get(path);
    if (known !== undefined) return known;
    const [first, ...rest] = stepsOf(path);
    const start = first!.anywhere ? this.#descendants(this.root) : [this.root];
    const found = this.#walk(
      start.filter(({ element }) => first!.matches(element)),
      rest,
    );
    this.#fromRoot.set(path, found);
    return found;
  }

  /** Elements by a path below an element: `a/b`; `.` is the element itself. */
  below(path: string, from: Placed): readonly Placed[] {
    if (path === '.') return [from];
    const known = this.#below.get(path) ?? new Map<XmlElement, readonly Placed[]>();
    this.#below.set(path, known);
    const found = known.get(from.element) ?? this.#walk([from], stepsOf(`/${path}`));
    known.set(from.element, found);
    return found;
  }

  parentOf({ element }: Placed): Placed | undefined {
    return this.#parents.get(element);
  }

  inside(parent: Placed): readonly Placed[] {
    const known = this.#inside.get(parent.element);
    if (known !== undefined) return known;
    const places = childPlaces(parent.element, parent.place);
    const placed = children(parent.element).map((element, index) => ({ element, place: places[index]! }));
    for (const { element } of placed) this.#parents.set(element, parent);
    this.#inside.set(parent.element, placed);
    return placed;
  }

  #walk(from: readonly Placed[], steps: readonly Step[]): readonly Placed[] {
    return steps.reduce<readonly Placed[]>(
      (found, { matches, anywhere }) =>
        found
          .flatMap((placed) => (anywhere ? this.#descendants(placed).slice(1) : this.inside(placed)))
          .filter(({ element }) => matches(element)),
      from,
    );
  }

  #descendants(from: Placed): readonly Placed[] {
    return [from, ...this.inside(from).flatMap((placed) => this.#descendants(placed))];
  }
}

const parsed = new Map<string, readonly Step[]>();

function stepsOf(path: string): readonly Step[] {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const steps = [...path.matchAll(/(\/\/?)([^/]+)/g)].map(([, slashes, step]) =>
    stepOf(step!, slashes === '//'),
  );
  parsed.set(path, steps);
  return steps;
}

function stepOf(text: string, anywhere: boolean): Step {
  const [, name, slot] = STEP.exec(text)!;
  const { namespace, local } = qualified(name!);
  const matches = (element: XmlElement): boolean =>
    name === '*' ||
    (isElement(element, namespace, local) && (slot === undefined || attribute(element, 'name') === slot));
  return { anywhere, matches };
}
