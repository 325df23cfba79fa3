/** MIME as AS4 uses it: multipart/related read and written as streams, Content-IDs and cid URLs, Content-Type. */
export { collect } from './collect.ts';
export { cidToContentId, collisionKey, contentIdToCid } from './content-id.ts';
export { parseContentDisposition } from './content-disposition.ts';
export { formatContentType, parseContentType } from './content-type.ts';
export type { ContentType } from './content-type.ts';
export { DEFAULT_MIME_LIMITS } from './limits.ts';
export type { MimeLimits } from './limits.ts';
export { readMultipart } from './read-multipart.ts';
export type { MimePart } from './read-multipart.ts';
export { writeMultipart } from './write-multipart.ts';
export type { MessageToWrite, PartToWrite, WrittenMultipart } from './write-multipart.ts';
