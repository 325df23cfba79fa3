/** Where traces go. */
export interface TracingOptions {
  /** Where the collector takes traces, OTLP over HTTP. */
  readonly url: string;
  /** Headers it asks for; they may hold a secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** Share of messages to be traced, 0 to 1; all access points choose the same ones. */
  readonly ratio: number;
  /** `service.name` and the like. */
  readonly resource: Readonly<Record<string, string>>;
  /** ms that spans may wait for each other; 5 000 unless told. */
  readonly delayMs?: number | undefined;
}
