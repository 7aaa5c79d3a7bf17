// What the test servers share: what they serve, the apps they know, and what a request carries.
import type { ErrorRequestHandler, RequestHandler } from "express";
import type { ParamsDictionary } from "express-serve-static-core";

export interface Person {
  id: string;
  authority_id: string;
  name: string;
  email: string;
  first_name: string;
  last_name: string;
  sys_admin: boolean;
  support: boolean;
  groups: string[];
}

export interface Zone {
  id: string;
  name: string;
  display_name: string;
}

export interface System extends Zone {
  capacity: number;
}

/** The content of `building.json`. */
export interface Building {
  account: { email: string; password: string; api_key: string };
  user: Person;
  zones: Zone[];
  systems: System[];
}

/** An app as a server is told of it. */
export interface Registration {
  name: string;
  redirectUris: readonly string[];
  /** Default: as PlaceOS derives it from the redirect URIs. */
  clientId?: string;
  clientSecret?: string;
}

export interface App {
  id: string;
  name: string;
  redirectUris: readonly string[];
  secret: string | undefined;
}

/** A running server. */
export interface Listening {
  origin: string;
  port: number;
  close: () => Promise<void>;
}

/** The parameters of a query or a form: see `parseForm`. */
export type Fields = Record<string, string | undefined>;

export type Handler = RequestHandler<ParamsDictionary, unknown, Fields>;
export type ErrorHandler = ErrorRequestHandler<
  ParamsDictionary,
  unknown,
  Fields
>;
export type Req = Parameters<Handler>[0];
export type Res = Parameters<Handler>[1];
export type Next = Parameters<Handler>[2];

declare global {
  namespace Express {
    interface Request {
      /** Who is signed in, after `browserSession`. */
      user?: Person | undefined;
      /** The body as text, after `readForm`. */
      form?: string;
      /** The app that asks for a token. */
      oauthApp?: App | undefined;
    }
  }
}

declare module "express-session" {
  interface SessionData {
    userId: string;
    formToken: string;
  }
}
