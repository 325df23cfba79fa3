/** One NAPTR record (RFC 3403), as node:dns gives it. */
export interface NaptrRecord {
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  readonly replacement: string;
  readonly order: number;
  readonly preference: number;
}

/** The name service, for discovery. */
export interface NameService {
  /** All NAPTR records of a name; none when the name has none or is not there. Rejects with `http/dns-failed`. */
  readonly naptr: (name: string) => Promise<readonly NaptrRecord[]>;
}
