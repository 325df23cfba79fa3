/** Bounds on what a document may make us do; counted before the XML engine sees a byte of it. */
export interface XmlLimits {
  /** Size of the document in bytes, as it came. */
  readonly maxBytes: number;
  /** Elements inside one another; never more than 256. */
  readonly maxDepth: number;
  /** Elements in all. */
  readonly maxElements: number;
  /** Attributes and namespace declarations on one element. */
  readonly maxAttributesPerElement: number;
  /** Namespace declarations on an element and its ancestors together: canonicalization searches them for every name. */
  readonly maxNamespacesInScope: number;
  /** False refuses processing instructions, as SOAP does (SOAP 1.2 part 1, 5). The XML declaration is none. */
  readonly allowProcessingInstructions: boolean;
}

/** Limits for an envelope: an ordinary one has 6 kB, 100 elements and a depth of 12; one with 64 parts 2 000 elements. */
export const DEFAULT_XML_LIMITS: XmlLimits = {
  maxBytes: 1024 * 1024,
  maxDepth: 64,
  maxElements: 10_000,
  maxAttributesPerElement: 64,
  maxNamespacesInScope: 128,
  allowProcessingInstructions: true,
};

/** The deepest nesting the engine is ever given: its own walks recurse. */
export const ENGINE_MAX_DEPTH = 256;
