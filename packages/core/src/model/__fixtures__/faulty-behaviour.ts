/** How the faulty server answers for one id. */
export interface FaultyBehaviour {
  /** Of every file. Default: 1000. */
  readonly size?: number;
  /** Of the content. Default: 1. */
  readonly seed?: number;
  /** `null`: none is sent. Default: `"v<seed>"`, in quotes. */
  readonly etag?: string | null;
  readonly lastModified?: string;
  /** The connection is cut after so many bytes of each answer... */
  readonly cutAfter?: number;
  /** ...of so many answers. Default: all. */
  readonly cuts?: number;
  /** Default: true. */
  readonly ranges?: boolean;
  /** In place of the file. */
  readonly status?: number;
  /** In place of the file, with that content type. */
  readonly page?: string;
  /** Milliseconds between blocks of 64 KiB. */
  readonly slow?: number;
  /** Nothing is said about the length. */
  readonly unannounced?: boolean;
}

/** A request as the server saw it. */
export interface FaultyRequest {
  readonly method: string;
  readonly path: string;
  readonly range?: string;
  readonly ifRange?: string;
  readonly status: number;
  /** Whether the client ended the connection before the answer was out. */
  readonly isAborted: boolean;
}
