/** The Content-ID a `cid:` URL names (RFC 2392), as far as it can be decoded; what has no scheme is taken for one itself. */
export function contentIdOf(href: string | undefined): string | undefined {
  const id = href?.replace(/^cid:/i, '');
  if (id === undefined) return undefined;
  try {
    return decodeURIComponent(id);
  } catch {
    // Not percent-encoding at all: then it is the id as it stands.
    return id;
  }
}

/** The `cid:` URL of a Content-ID (RFC 2392). */
export function cidOf(contentId: string): string {
  return `cid:${encodeURIComponent(contentId).replaceAll('%40', '@')}`;
}
