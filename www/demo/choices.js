/**
 * What can be chosen in each of the demo's switches: a name, and what it means in a sentence.
 *
 * @typedef {{ name: string, meaning: string }} Choice
 *
 * @type {Record<"flow" | "storage" | "way" | "lifetime", Record<string, Choice>>}
 */
export const CHOICES = {
  flow: {
    auto: {
      name: "Automatic",
      meaning:
        "The implicit flow where the server offers it, else the code flow.",
    },
    implicit: {
      name: "Implicit",
      meaning: "The token comes in the address. Renews in a hidden frame.",
    },
    code: {
      name: "Code",
      meaning: "A code with PKCE is exchanged. Renews by refresh token.",
    },
  },
  storage: {
    session: {
      name: "Session",
      meaning: "sessionStorage: this tab and its duplicates share the session.",
    },
    local: {
      name: "Local",
      meaning: "localStorage: all tabs of this origin share the session.",
    },
    memory: {
      name: "Memory",
      meaning: "Nowhere: the session is gone when this page is left.",
    },
  },
  way: {
    redirect: {
      name: "Redirect",
      meaning: "Leaves for the server's page, and comes back signed in.",
    },
    silent: {
      name: "Silent",
      meaning: "In a hidden frame, if the server knows you already.",
    },
    popup: {
      name: "Popup",
      meaning: "In a window of its own. This page stays.",
    },
    password: {
      name: "Password",
      meaning: "Password grant: only for panels in trusted places.",
    },
    "api-key": {
      name: "API key",
      meaning: "Signs with a key in place of OAuth: kiosks and panels.",
    },
  },
  lifetime: {
    7200: {
      name: "2 hours",
      meaning: "Tokens live for two hours, as PlaceOS's do.",
    },
    120: {
      name: "2 minutes",
      meaning: "Tokens live for two minutes, from the next one on.",
    },
    20: {
      name: "20 seconds",
      meaning: "Tokens live for 20 seconds, from the next one on.",
    },
  },
};
