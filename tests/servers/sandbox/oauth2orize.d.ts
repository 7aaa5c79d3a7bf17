// The part of oauth2orize that the sandbox uses: `tsconfig.json` names this file in place of the package.
import type { App, Fields, Handler, Person, Req, Res } from "../types.d.ts";

/** What the request asks for: what the sandbox's `server.grant("*", …)` made of it. */
export interface Asked {
  wanted: string;
  challenge: string | undefined;
  challengeMethod: string | undefined;
}

export type Mode = (
  transaction: { redirectURI: string },
  res: Res,
  parameters: Record<string, unknown>,
) => void;

export type Part = { part: "grant" | "exchange" };

export type Exchanged = (
  error: null,
  access: string,
  answer: Record<string, unknown>,
) => void;

export interface Server {
  grant(type: "*", parse: (req: Req) => Asked): void;
  grant(part: Part): void;
  exchange(part: Part): void;
  authorization(
    validate: (
      clientId: string,
      redirectUri: string,
      done: (error: null, app: App | undefined, redirectUri: string) => void,
    ) => void,
    immediate: (
      app: App,
      user: Person,
      done: (error: null, allow: boolean) => void,
    ) => void,
  ): Handler;
  token(): Handler;
}

export function createServer(): Server;

export const grant: {
  token(
    options: { modes: { fragment: Mode } },
    issue: (
      app: App,
      user: Person,
      response: unknown,
      request: Asked,
      done: (
        error: null,
        access: string,
        answer: Record<string, unknown>,
      ) => void,
    ) => void,
  ): Part;
  code(
    options: { modes: { query: Mode } },
    issue: (
      app: App,
      redirectUri: string,
      user: Person,
      response: unknown,
      request: Asked,
      done: (error: null, code: string) => void,
    ) => void,
  ): Part;
};

export type As = { userProperty: "oauthApp" };

export const exchange: {
  authorizationCode(
    as: As,
    issue: (
      app: App | undefined,
      code: string,
      redirectUri: string | undefined,
      body: Fields,
      done: Exchanged,
    ) => void,
  ): Part;
  refreshToken(
    as: As,
    issue: (
      app: App | undefined,
      refresh: string,
      scope: unknown,
      body: Fields,
      done: Exchanged,
    ) => void,
  ): Part;
  password(
    as: As,
    issue: (
      app: App | undefined,
      email: string,
      password: string,
      scope: unknown,
      body: Fields,
      done: Exchanged,
    ) => void,
  ): Part;
};
