// A worker has no import map.
import { AuthError, createAuth } from "/placeos-auth/index.js";

postMessage("imported");
createAuth().catch((error) =>
  postMessage([error instanceof AuthError, error.code, error.message]),
);
