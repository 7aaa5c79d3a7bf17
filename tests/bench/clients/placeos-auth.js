import { createAuth } from "placeos-auth";

let auth;

export async function seed({ account }) {
  const created = await createAuth();
  await created.loginWithPassword(account);
  created.close();
}

export async function restore({ options }) {
  auth = await createAuth(options);
  if (!auth.session) throw new Error("nobody is signed in");
  return auth.fetch;
}

export async function begin({ flow }) {
  const created = await createAuth({ flow });
  await created.login();
}

export async function land({ flow }) {
  auth = await createAuth({ flow });
  if (auth.redirect.status !== "signed-in") throw auth.redirect.error;
}

export const renew = () => auth.renew();
