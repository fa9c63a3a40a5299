import { describe, expect, it } from "vitest";
import {
  afterFailure,
  afterProbe,
  afterSuccess,
  type Circuit,
  type CircuitFailure,
  closedCircuit,
} from "../../../src/providers/health/circuit.ts";
import { type ProviderErrorKind, providerErrorKinds } from "../../../src/providers/port/provider-error.ts";

const START = new Date("2026-03-01T12:00:00Z");
const at = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);

function failure(kind: ProviderErrorKind, more: Partial<CircuitFailure> = {}): CircuitFailure {
  return { kind, retryAfterMs: null, ...more };
}

function fail(circuit: Circuit, times: number, kind: ProviderErrorKind, now = START): Circuit {
  let next = circuit;
  for (let i = 0; i < times; i += 1) next = afterFailure(next, failure(kind), now).next;
  return next;
}

describe("opening", () => {
  it.each(["bad_credentials", "suspended"] as const)("opens at once on %s and tells operators", (kind) => {
    const change = afterFailure(closedCircuit, failure(kind), START);
    expect(change.next).toMatchObject({
      state: "open",
      reason: kind,
      openedAt: START,
      nextProbeAt: at(30),
    });
    expect(change.tell).toBe("opened");
  });

  it("takes missing funds for an answer: they concern the dearer offers only", () => {
    expect(afterFailure(closedCircuit, failure("no_funds"), START).next).toMatchObject({
      state: "closed",
      failures: 0,
    });
  });

  it.each(["unreachable", "unavailable", "timeout", "garbage"] as const)(
    "opens on the third %s in a row",
    (kind) => {
      expect(fail(closedCircuit, 2, kind).state).toBe("closed");
      expect(fail(closedCircuit, 3, kind).state).toBe("open");
    },
  );

  it("starts to count anew after an answer, and a refusal of one order is an answer", () => {
    const two = fail(closedCircuit, 2, "timeout");
    expect(fail(afterSuccess(two).next, 2, "timeout").state).toBe("closed");
    expect(fail(afterFailure(two, failure("no_stock"), START).next, 2, "timeout").state).toBe("closed");
  });

  it("is neither opened nor healed by a rate limit", () => {
    expect(fail(closedCircuit, 10, "rate_limited").state).toBe("closed");
    expect(fail(fail(fail(closedCircuit, 2, "timeout"), 1, "rate_limited"), 1, "timeout").state).toBe("open");
  });

  it("has an opinion on every kind of error", () => {
    for (const kind of providerErrorKinds) {
      expect(() => afterFailure(closedCircuit, failure(kind), START)).not.toThrow();
    }
  });

  it("waits as long as the provider says, within an hour", () => {
    const banned = (retryAfterMs: number) =>
      afterFailure(closedCircuit, failure("suspended", { retryAfterMs }), START).next.nextProbeAt;
    expect(banned(600_000)).toEqual(at(600));
    expect(banned(1)).toEqual(at(30));
    expect(banned(1e12)).toEqual(at(3600));
  });
});

describe("probing", () => {
  it("doubles the pause between probes up to five minutes", () => {
    let circuit = fail(closedCircuit, 3, "timeout");
    const pauses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const now = circuit.nextProbeAt ?? START;
      circuit = afterFailure(circuit, failure("timeout"), now).next;
      pauses.push(((circuit.nextProbeAt?.getTime() ?? 0) - now.getTime()) / 1000);
    }
    expect(pauses).toEqual([60, 120, 240, 300, 300, 300]);
  });

  it("is not pushed away by calls that fail before it is due", () => {
    const open = fail(closedCircuit, 3, "timeout");
    expect(fail(open, 20, "timeout", at(10)).nextProbeAt).toEqual(at(30));
  });
});

describe("closing", () => {
  it.each(["timeout", "bad_credentials"] as const)(
    "closes after %s on any answer, and tells operators",
    (kind) => {
      const change = afterSuccess(fail(closedCircuit, 3, kind));
      expect(change.next).toMatchObject({ state: "closed", failures: 0, reason: null, nextProbeAt: null });
      expect(change.tell).toBe("closed");
    },
  );

  it("stays open after a suspension until a probe was answered", () => {
    const open = fail(closedCircuit, 1, "suspended");
    expect(afterSuccess(open).next.state).toBe("open");
    expect(afterProbe(open).next.state).toBe("closed");
  });
});

describe("telling operators", () => {
  it("tells an opening once, however long it lasts", () => {
    let circuit = fail(closedCircuit, 1, "bad_credentials");
    for (let minute = 1; minute < 600; minute += 1) {
      const change = afterFailure(circuit, failure("bad_credentials"), at(minute * 60));
      expect(change.tell).toBeNull();
      circuit = change.next;
    }
  });

  it("does not tell every turn of a flapping provider", () => {
    let circuit: Circuit = closedCircuit;
    const told: string[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const opened = afterFailure(circuit, failure("bad_credentials"), at(turn * 60));
      const closed = afterSuccess(opened.next);
      for (const change of [opened, closed]) if (change.tell) told.push(change.tell);
      circuit = closed.next;
    }
    expect(told).toEqual(["opened", "closed"]);
  });

  it("tells an opening that was kept quiet, once it has lasted", () => {
    const first = afterFailure(closedCircuit, failure("suspended"), START).next;
    const again = afterFailure(afterProbe(first).next, failure("suspended"), at(60));
    expect(again.tell).toBeNull();
    expect(afterFailure(again.next, failure("suspended"), at(3601)).tell).toBe("opened");
  });
});
