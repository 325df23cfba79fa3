/** Namespace URIs, under the prefixes they usually carry (eDelivery AS4 1.15 1.4; OASIS WSS, W3C signature and encryption). */
export const NS = {
  /** SOAP 1.2, the only version of this profile. */
  S12: 'http://www.w3.org/2003/05/soap-envelope',
  /** SOAP 1.1, known in order to be refused by name. */
  S11: 'http://schemas.xmlsoap.org/soap/envelope/',
  EB: 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/',
  EBBP: 'http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0',
  EBINT: 'http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/multihop/200902/',
  MF: 'http://docs.oasis-open.org/ebxml-msg/ns/v3.0/mf/2010/04/',
  WSSE: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  WSSE11: 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd',
  WSU: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  DS: 'http://www.w3.org/2000/09/xmldsig#',
  DSIG11: 'http://www.w3.org/2009/xmldsig11#',
  DSIGMORE: 'http://www.w3.org/2021/04/xmldsig-more#',
  XENC: 'http://www.w3.org/2001/04/xmlenc#',
  XENC11: 'http://www.w3.org/2009/xmlenc11#',
  /** Exclusive canonicalization: namespace of InclusiveNamespaces and algorithm identifier at once. */
  EC: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  XML: 'http://www.w3.org/XML/1998/namespace',
} as const;
