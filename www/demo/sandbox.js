// The demo's own requests aren't the app's: they are listed nowhere, and never signed.
const { fetch } = globalThis;
const PATH = "/sandbox";

/**
 * What the sandbox says of itself.
 *
 * @typedef {object} Sandbox
 * @property {string | null} fault
 * @property {number} tokenLifetime seconds
 * @property {{ email: string, password: string, api_key: string }} account who can sign in
 */

/** The sandbox in front of which the demo is, if it is in front of one. @returns {Promise<Sandbox | undefined>} */
export async function readSandbox() {
  try {
    const response = await fetch(PATH);
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Changes how the sandbox behaves, in all tabs.
 *
 * @param {{ fault?: string | null, tokenLifetime?: number, revoked?: boolean }} change
 */
export async function changeSandbox(change) {
  const response = await fetch(PATH, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(change),
  });
  if (!response.ok) {
    throw new Error(`The sandbox refused the change (${response.status}).`);
  }
}
