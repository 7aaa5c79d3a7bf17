import { User, UserManager, WebStorageStateStore } from "oidc-client-ts";

let manager;

function setUp({ server, clientId, redirectUri }) {
  manager = new UserManager({
    authority: server,
    metadata: {
      issuer: server,
      authorization_endpoint: `${server}/auth/oauth/authorize`,
      token_endpoint: `${server}/auth/oauth/token`,
    },
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: "public",
    loadUserInfo: false,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
  });
}

export async function seed(app) {
  setUp(app);
  const user = new User({
    access_token: app.token,
    token_type: "Bearer",
    scope: "public",
    session_state: null,
    profile: {
      sub: "user",
      iss: app.server,
      aud: app.clientId,
      exp: 0,
      iat: 0,
    },
    expires_at: Math.floor(Date.now() / 1000) + 7200,
  });
  await manager.storeUser(user);
}

export async function restore(app) {
  setUp(app);
  if (!(await manager.getUser())) throw new Error("nobody is signed in");
  return async (input, init) => {
    const user = await manager.getUser();
    return fetch(input, {
      ...init,
      headers: {
        ...init?.headers,
        Authorization: `Bearer ${user.access_token}`,
      },
    });
  };
}

export async function begin(app) {
  setUp(app);
  await manager.signinRedirect();
}

export async function land(app) {
  setUp(app);
  await manager.signinRedirectCallback();
}
