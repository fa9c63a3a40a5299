import type { ProviderErrorDetails } from "./errors.ts";

/** System calls that fail before a connection exists. */
const BEFORE_CONNECTION: ReadonlySet<string> = new Set(["connect", "getaddrinfo", "queryA", "queryAaaa"]);
/** Certificate checks come before the first byte of a request is written. */
const CERTIFICATE =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET)|ERR_SSL_WRONG_VERSION_NUMBER)/;
const MAX_CAUSES = 4;

/**
 * What a rejected fetch means. Only a failure to connect is definite: after that the request may have arrived, whatever
 * happened to the answer. The thrown error itself is not passed on, its message can hold a URL.
 */
export function failureOf(error: unknown): Pick<ProviderErrorDetails, "kind" | "definite" | "reason"> {
  for (const cause of causesOf(error)) {
    if (cause.name === "TimeoutError")
      return { kind: "timeout", definite: false, reason: "no answer in time" };
    const reason = cause.code ?? "";
    const neverSent =
      BEFORE_CONNECTION.has(cause.syscall ?? "") ||
      reason === "UND_ERR_CONNECT_TIMEOUT" ||
      CERTIFICATE.test(reason);
    if (neverSent) return { kind: "unreachable", definite: true, reason };
    if (reason !== "") return { kind: "unavailable", definite: false, reason };
  }
  return { kind: "unavailable", definite: false, reason: "connection failed" };
}

interface Cause {
  readonly name: string | undefined;
  readonly code: string | undefined;
  readonly syscall: string | undefined;
}

/** fetch wraps the system's error, and an attempt on several addresses wraps several. */
function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = [];
  let current = error;
  while (current instanceof Error || current instanceof DOMException) {
    const first: unknown = current instanceof AggregateError ? current.errors[0] : undefined;
    causes.push({
      name: current.name,
      code: textField(current, "code") ?? textField(first, "code"),
      syscall: textField(current, "syscall") ?? textField(first, "syscall"),
    });
    if (causes.length >= MAX_CAUSES) break;
    current = current.cause;
  }
  return causes;
}

function textField(value: unknown, field: "code" | "syscall"): string | undefined {
  if (typeof value !== "object" || value === null || !(field in value)) return undefined;
  const found: unknown = Object.getOwnPropertyDescriptor(value, field)?.value;
  return typeof found === "string" ? found : undefined;
}
