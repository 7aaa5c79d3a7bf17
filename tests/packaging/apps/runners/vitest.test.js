import { expect, test } from "vitest";
import { claims } from "./claims.js";

for (const [name, claim] of Object.entries(claims))
  test(name, async () => {
    expect(typeof window).toBe("object");
    await claim();
  });
