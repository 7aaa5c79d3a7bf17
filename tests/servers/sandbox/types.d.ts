// The sandbox and its parts: see `index.js`.
import type { Request, Router } from "express";
import type { IncomingHttpHeaders } from "node:http";
import type {
  App,
  Handler,
  Listening,
  Person,
  Registration,
} from "../types.d.ts";
import type { Apps } from "./apps.js";
import type { Issuer } from "./next/issuer.js";
import type { Signer } from "./next/signer.js";
import type { Tokens as NextTokens } from "./next/tokens.js";
import type { People } from "./people.js";
import type { Tokens as RailsTokens } from "./tokens.js";

/** A request that the sandbox has had. */
export interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What `/auth/authority` says differently. */
export interface AuthorityChanges {
  [name: string]: unknown;
  login_url?: string;
  logout_url?: string;
}

/**
 * How requests to the server fail: the connection is cut; the answer takes seconds; the next signed one is answered with
 * 401; all are answered with 503.
 */
export type Fault = "network" | "slow" | "unauthorized" | "unavailable";

/** A running sandbox. What isn't read-only may be changed while it runs. */
export interface Sandbox extends Listening {
  readonly origin: string;
  readonly port: number;
  /** The last thousand requests, oldest first. */
  requests: Seen[];
  /** Seconds, of tokens issued from now on. */
  tokenLifetime: number;
  /** Be ACAEngine: no `version`, so the API is at `/control/api`. */
  legacy: boolean;
  /** The API answers 511 to every token and key. */
  signInAgain: boolean;
  authority: AuthorityChanges;
  fault: Fault | undefined;
  /** Sees every request before the sandbox does. */
  intercept: Handler | undefined;
  /** Does to a token what the revocation endpoint does. */
  revoke: (text: string) => boolean;
  revokeAll: () => void;
  /** Sets a status of the module `Environment`. */
  setStatus: (binding: StatusKey, value: unknown) => void;
}

/** The settings of PlaceOS's auth service in Rails, with Doorkeeper. */
export interface RailsSettings {
  /** Tell the app about a refused authorization, as some servers do. */
  redirectErrors: boolean;
  /** Leave `state` out of redirected errors. */
  dropState: boolean;
  /** A refresh token works once, whatever became of its successor. */
  strictRotation: boolean;
  /** Sent as `iss` ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)). */
  issuer: string | undefined;
}

/** The settings of PlaceOS's new auth service. */
export interface NextSettings {
  /** Ask the user before an app gets a code; by default, all apps have "Skip Authorization". */
  consent: boolean;
  /** Seconds for which a refresh token is good after it was exchanged. */
  refreshGrace: number;
  /** Seconds. */
  refreshLifetime: number;
  /**
   * A token of the issuer that this server trusts, for token exchange; `claims` replace those it would have, undefined ones
   * are left out.
   */
  mintSubjectToken: (
    claims?: object,
    how?: { forged?: boolean },
  ) => Promise<string>;
  /** Has the server know a refresh token of the service that it replaces. */
  takeOver: (token: {
    refreshToken: string;
    clientId: string;
    scope?: string;
  }) => void;
}

/** The settings of each generation of PlaceOS's auth service, besides those of every sandbox. */
export interface Generations {
  rails: RailsSettings;
  next: NextSettings;
}

export type RailsSandbox = Sandbox & RailsSettings;
export type NextSandbox = Sandbox & NextSettings;

export interface StatusKey {
  sys: string;
  name: string;
}

export interface Binding extends StatusKey {
  mod: string;
  index: number;
}

/** What the API and the realtime API ask of the tokens of either generation. */
export interface AccessTokens {
  use(access: string): { userId: string } | undefined;
  revoke(text: string): boolean;
  revokeAll(): void;
}

/** The parts of a sandbox. */
export interface World {
  settings: Sandbox;
  people: People;
  cookieName: string;
  apps: Apps;
  tokens: AccessTokens;
}

export interface RailsWorld extends World {
  settings: Sandbox & RailsSettings;
  tokens: RailsTokens;
}

export interface NextWorld extends World {
  settings: Sandbox & NextSettings;
  tokens: NextTokens;
  issuer: Issuer;
  signer: Signer;
}

/** What a generation's own parts are made from. */
export interface Foundation {
  settings: Sandbox;
  registered: Registration[];
  origins: string[];
}

/** One of PlaceOS's auth services. */
export interface Service {
  parts(foundation: Foundation): { apps: Apps; tokens: AccessTokens };
  routes(world: World): Router;
}

/** What brings credentials: a request of Express's or of Node's. */
export type Carrier = Pick<Request, "headers"> & { url?: string | undefined };

export type { App, Person };
