import { DOMParser, XMLSerializer } from '@xmldom/xmldom';
import type { Document, Element } from '@xmldom/xmldom';
import { NAMESPACES } from '../../src/oots/namespaces.ts';
import { Selector } from '../../src/oots/rules/select.ts';
import type { Rule } from '../../src/oots/index.ts';
import { EDM_VERSIONS } from '../../src/oots/index.ts';
import type { EdmVersionName } from '../../src/oots/index.ts';
import { withXml } from '../../src/protocol/xml/index.ts';

/** The places at which a document breaks one rule, and the number of elements the rule is about. */
export function applyRule(
  { at, check }: Rule,
  version: EdmVersionName,
  xml: string,
): { readonly broken: readonly string[]; readonly applied: number } {
  return withXml(Buffer.from(xml), {}, ({ root }) => {
    const selector = new Selector(root);
    const context = {
      version: EDM_VERSIONS[version],
      root: selector.root,
      select: selector.below.bind(selector),
      parentOf: selector.parentOf.bind(selector),
    };
    const placed = selector.all(at);
    const broken = placed.filter((one) => check.test(one, context) !== undefined).map(({ place }) => place);
    return { broken, applied: placed.length };
  });
}

/** A document that differs in one thing from a sample and breaks a rule; undefined when none of the changes does. */
export function breakRule(rule: Rule, version: EdmVersionName, sample: string): string | undefined {
  for (const xml of candidates(rule, sample)) {
    if (applyRule(rule, version, xml).broken.length > 0) return xml;
  }
  return undefined;
}

/** Additions that no change of what is there can stand for. */
const ADDITIONS: Readonly<Record<string, string>> = {
  'R-EDM-RESP-S008': '<rs:Exception xsi:type="rs:TimeoutExceptionType"/>',
  'R-EDM-ERR-S007': '<rim:RegistryObjectList/>',
};

const DATES = '<sdg:IssuingDate>2026-05-04</sdg:IssuingDate>';

function* candidates(rule: Rule, sample: string): Generator<string> {
  if (rule.at === '/*') {
    yield sample.replaceAll(/query:Query(Request|Response)/g, 'query:QueryOdd');
    yield sample.replaceAll('regrep:xsd:query:4.0', 'regrep:xsd:query:9.0');
    return;
  }
  const addition = ADDITIONS[rule.id];
  if (addition !== undefined)
    yield sample.replace('</query:QueryResponse>', `${addition}</query:QueryResponse>`);
  if (rule.id === 'R-EDM-RESP-S063') {
    yield sample.replace(/^([^]*)(<sdg:Distribution>[^]*?"Annex")/, `$1${DATES}$2`);
  }
  const doc = new DOMParser().parseFromString(sample, 'text/xml');
  const serialize = (): string => new XMLSerializer().serializeToString(doc);
  for (const node of nodesAt(doc, rule.at)) {
    for (const change of changesAt(node, rule.check.of)) {
      const undo = change();
      if (undo === undefined) continue;
      yield serialize();
      undo();
    }
  }
}

type Change = () => (() => void) | undefined;

const inside = (element: Element): readonly Element[] =>
  [...element.childNodes].filter((node): node is Element => node.nodeType === 1);

const descendants = (element: Element): readonly Element[] =>
  inside(element).flatMap((child) => [child, ...descendants(child)]);

function* changesAt(node: Element, of: string | undefined): Generator<Change> {
  yield* textChanges(node);
  yield* attributeChanges(node);
  if (of !== undefined && /^[\w:/()]+$/.test(of)) yield () => removeAll(below([node], of.split('/')));
  yield () => removeAll(inside(node));
  yield () => append(node, 'odd');
  yield () => append(node, 'rim:Slot');
  for (const child of descendants(node)) {
    yield () => remove(child);
    yield () => double(child);
    yield* textChanges(child);
    yield* attributeChanges(child);
  }
  const parent = node.parentNode as Element;
  if (parent.nodeType !== 1) return;
  for (const sibling of inside(parent)) if (sibling !== node) yield () => remove(sibling);
  yield () => double(node);
}

function* textChanges(node: Element): Generator<Change> {
  if (inside(node).length > 0) return;
  const before = node.textContent ?? '';
  const texts = ['x', '', before.replace('//sr.oots', '//sr.acc.oots'), 'x'.repeat(300)];
  for (const text of texts.filter((candidate) => candidate !== before)) {
    yield () => {
      node.textContent = text;
      return () => (node.textContent = before);
    };
  }
}

function* attributeChanges(node: Element): Generator<Change> {
  for (const { name, value, namespaceURI } of [...node.attributes]) {
    if (name.startsWith('xmlns')) continue;
    yield () => {
      node.removeAttribute(name);
      return () => node.setAttributeNS(namespaceURI, name, value);
    };
    for (const other of ['x', '', 'rim:IntegerValueType']) {
      yield () => {
        node.setAttributeNS(namespaceURI, name, other);
        return () => node.setAttributeNS(namespaceURI, name, value);
      };
    }
  }
}

function remove(element: Element): () => void {
  const parent = element.parentNode!;
  const next = element.nextSibling;
  parent.removeChild(element);
  return () => parent.insertBefore(element, next);
}

function removeAll(elements: readonly Element[]): (() => void) | undefined {
  const undos = elements.map(remove);
  return undos.length === 0 ? undefined : () => undos.toReversed().forEach((undo) => undo());
}

function double(element: Element): () => void {
  const copy = element.parentNode!.insertBefore(element.cloneNode(true), element);
  return () => copy.parentNode!.removeChild(copy);
}

function append(element: Element, name: string): () => void {
  const child = element.ownerDocument!.createElementNS(name === 'odd' ? '' : NAMESPACES.rim, name);
  if (name !== 'odd') child.setAttribute('name', 'Odd');
  element.appendChild(child);
  return () => element.removeChild(child);
}

function nodesAt(doc: Document, path: string): readonly Element[] {
  const root = doc.documentElement!;
  if (!path.startsWith('//')) {
    const [first, ...rest] = path.slice(1).split('/');
    return root.nodeName === first ? below([root], rest) : [];
  }
  const [first, ...rest] = path.slice(2).split('/');
  const all = [root, ...descendants(root)].filter((element) => first === '*' || isStep(element, first!));
  const leavesFirst = [...all.filter((element) => inside(element).length === 0), ...all];
  return below(leavesFirst, rest);
}

function below(from: readonly Element[], steps: readonly string[]): readonly Element[] {
  return steps.reduce<readonly Element[]>(
    (found, step) => found.flatMap((element) => inside(element).filter((child) => isStep(child, step))),
    from,
  );
}

function isStep(element: Element, step: string): boolean {
  const [, name, slot] = /^([^(]+)(?:\((\w+)\))?$/.exec(step)!;
  return (
    (name === '*' || element.nodeName === name) &&
    (slot === undefined || element.getAttribute('name') === slot)
  );
}
