import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { type Fault, faults } from "../../../sandbox/providers/faults.ts";
import type { ProviderErrorKind } from "../../../src/providers/port/provider-error.ts";
import { type Bench, errorOf, replaceFields } from "./setup.ts";

const purchase = { priority: "purchase" } as const;
const poll = { priority: "poll" } as const;

interface Spoilt {
  readonly name: string;
  readonly fault: Fault;
  readonly kinds: readonly ProviderErrorKind[];
}

/** Answers that prove nothing: after any of these a number may or may not have been bought. */
const unclear: readonly Spoilt[] = [
  { name: "a 500 after the number was sold", fault: faults.status(500, true), kinds: ["unavailable"] },
  { name: "a 408 after the number was sold", fault: faults.status(408, true), kinds: ["unavailable"] },
  { name: "a 425 after the number was sold", fault: faults.status(425, true), kinds: ["unavailable"] },
  { name: "a 408 page of a proxy", fault: faults.html(408, true), kinds: ["unavailable"] },
  {
    name: "a 4xx that speaks of a server error",
    fault: faults.raw(
      400,
      '{"ok":false,"error":"Internal server error","message":"Request timed out"}',
      true,
    ),
    kinds: ["unavailable"],
  },
  { name: "a 502 page of a proxy", fault: faults.html(502), kinds: ["unavailable"] },
  { name: "a page with status 200", fault: faults.html(200, true), kinds: ["garbage"] },
  { name: "a page with status 403", fault: faults.html(403), kinds: ["garbage"] },
  { name: "an empty body", fault: faults.empty(200, true), kinds: ["garbage"] },
  { name: "a redirect", fault: faults.raw(302, "{}"), kinds: ["garbage"] },
  { name: "a redirect after the number was sold", fault: faults.raw(307, "{}", true), kinds: ["garbage"] },
  { name: "an empty 204", fault: faults.empty(204, true), kinds: ["garbage"] },
  { name: "half a body", fault: faults.truncated, kinds: ["garbage"] },
  { name: "a connection that ends within the body", fault: faults.cut, kinds: ["garbage"] },
  { name: "values of other types", fault: faults.wrongTypes, kinds: ["garbage"] },
  { name: "JSON that says nothing", fault: faults.raw(200, "{}", true), kinds: ["garbage"] },
  {
    name: "a success without a number",
    fault: faults.raw(200, '{"status":"success"}', true),
    kinds: ["garbage"],
  },
  { name: "an empty list", fault: faults.raw(200, "[]", true), kinds: ["garbage"] },
  { name: "null", fault: faults.raw(200, "null", true), kinds: ["garbage"] },
  { name: "silence", fault: faults.hangAfter, kinds: ["timeout"] },
  { name: "a reset after the number was sold", fault: faults.dropAfter, kinds: ["unavailable"] },
  { name: "a reset before anything happened", fault: faults.dropBefore, kinds: ["unavailable"] },
];

export function describeBroken(bench: () => Bench): void {
  describe("broken answers", () => {
    it.for(unclear)(
      "leaves a purchase in doubt after $name, without a second request",
      async ({ fault, kinds }) => {
        const { provider, impatient, request, sent, faults: queue } = bench();
        queue.add("buy", fault);
        const buyer = kinds.includes("timeout") ? impatient : provider;
        const error = await errorOf(buyer.buy(request(), purchase));
        expect(error.definite).toBe(false);
        expect(kinds).toContain(error.kind);
        expect(sent("buy")).toBe(1);
      },
    );

    it.for(unclear)("concludes nothing about an order from $name", async ({ fault, kinds }, { skip }) => {
      const { provider, impatient, request, faults: queue } = bench();
      skip(!provider.capabilities.poll);
      const { upstreamId } = await provider.buy(request(), purchase);
      queue.add("check", fault);
      const watcher = kinds.includes("timeout") ? impatient : provider;
      const error = await errorOf(watcher.check(upstreamId, poll));
      expect(["garbage", "unavailable", "timeout"]).toContain(error.kind);
    });

    it("concludes nothing about an order from a status that is not documented", async ({ skip }) => {
      const { provider, request, faults: queue } = bench();
      skip(!provider.capabilities.poll);
      const { upstreamId } = await provider.buy(request(), purchase);
      for (const value of ["mystery", 777, null, ""]) {
        queue.add(
          "check",
          faults.rewrite((text) => replaceFields(text, /status$/, value, "STATUS_MYSTERY")),
        );
        const error = await errorOf(provider.check(upstreamId, poll));
        expect(error.kind).toBe("garbage");
      }
    });

    it("takes a closed port for what it is: nothing was sent", async () => {
      const { provider, request, upstream } = bench();
      await upstream.close();
      const error = await errorOf(provider.buy(request(), purchase));
      expect(error).toMatchObject({ kind: "unreachable", definite: true });
    });

    it.each([
      ["7", 7000],
      [undefined, 5000],
    ])("slows down when the supplier says so (Retry-After %s)", async (retryAfter, waitMs) => {
      const { provider, request, faults: queue, penalties, sent } = bench();
      queue.add("buy", faults.rateLimit(retryAfter));
      const error = await errorOf(provider.buy(request(), purchase));
      expect(error).toMatchObject({ kind: "rate_limited", definite: true, retryAfterMs: waitMs });
      expect(penalties).toEqual([waitMs]);
      expect(sent("buy")).toBe(1);
    });

    it("never repeats the key, a number or a body in an error or a log line", async () => {
      const { provider, impostor, request, faults: queue, upstream, logged } = bench();
      const errors = [await errorOf(impostor.buy(request(), purchase))];
      for (const { fault, kinds } of unclear) {
        if (kinds.includes("timeout")) continue;
        queue.add("buy", fault);
        errors.push(await errorOf(provider.buy(request(), purchase)));
      }
      queue.add("buy", faults.raw(200, `{"key":"${upstream.key}","phone":"+447700900999"}`));
      errors.push(await errorOf(provider.buy(request(), purchase)));
      const texts = `${inspect(errors, { depth: 10 })}${logged()}`;
      expect(texts).not.toContain(upstream.key);
      expect(texts).not.toContain("another-key");
      expect(texts).not.toMatch(/\+?\d{11,}/);
      expect(texts).not.toContain("nginx");
      expect(upstream.requests().every((entry) => !entry.path.includes(upstream.key))).toBe(true);
    });
  });
}
