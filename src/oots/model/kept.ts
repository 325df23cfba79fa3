/** An element the model has no name for, or that does not fit its name. */
export interface KeptElement {
  /** Position among the elements of its parent, from 0. */
  readonly at: number;
  /** The element as canonical XML, with its own namespace declarations. */
  readonly xml: string;
}

/** An attribute the model has no name for. */
export interface KeptAttribute {
  readonly name: string;
  /** Absent for an attribute in no namespace. */
  readonly namespace?: string;
  readonly value: string;
}

/** What stands in a document beside what the model names: kept, so that writing what was read loses nothing. */
export interface Kept {
  readonly elements?: readonly KeptElement[];
  readonly attributes?: readonly KeptAttribute[];
  /** The order of what the model names, by key, where it is not that of the model. */
  readonly order?: readonly string[];
  /** By key: the `collectionType` of a slot where it is not a set (empty: it names none), the non-Latin writing of a name. */
  readonly asides?: Readonly<Record<string, string>>;
}

/** An element that may carry more than the model names. */
export interface Keeping {
  readonly kept?: Kept;
}
