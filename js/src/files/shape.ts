/** How a runtime reads files by path; runtimes without files refuse with UnsupportedError. */
export interface Files {
  /** The absolute file URL of a path. */
  toUrl(path: string): URL;
  /** The bytes behind a file URL. Rejects with what the system said. */
  read(url: URL): Promise<Uint8Array>;
}
