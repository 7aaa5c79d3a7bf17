import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";

// Names that aren't declared are TypeScript's to find, but it has one list of globals for all folders. Here each folder
// has the globals of the place where it runs.
export default defineConfig([
  globalIgnores(["dist", "target", ".tools"]),
  {
    plugins: { js },
    extends: ["js/recommended"],
    rules: {
      "array-callback-return": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-constructor-return": "error",
      "no-empty": ["error", { allowEmptyCatch: true }],
      "no-self-compare": "error",
      "no-unreachable-loop": "error",
      // Express knows an error handler by its four parameters.
      "no-unused-vars": [
        "error",
        {
          argsIgnorePattern: "^_",
          varsIgnorePattern: "^_",
          ignoreRestSiblings: true,
        },
      ],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["*.js", "scripts/**", "tests/**"],
    languageOptions: { globals: globals.node },
  },
  {
    files: [
      "src/browser/**",
      "www/**",
      "tests/e2e/app/**",
      "tests/bench/page.js",
      "tests/bench/clients/**",
      "tests/packaging/apps/**",
    ],
    languageOptions: { globals: globals.browser },
  },
  {
    // Half of their code runs in Node, the other half in a page, whose globals TypeScript knows.
    files: ["tests/e2e/**", "tests/packaging/*.js", "tests/bench/index.js"],
    rules: { "no-undef": "off" },
  },
]);
