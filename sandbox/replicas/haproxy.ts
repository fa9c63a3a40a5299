import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "./free-ports.ts";
import { findProgram, startTied, untilUp } from "./tied-process.ts";

export interface HaProxy {
  /** PUBLIC_URL of the shop. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Debian's place, and where others install it. Undefined: it is not installed. */
export const findHaProxy = (): string | undefined =>
  findProgram(["/usr/sbin/haproxy", "/usr/bin/haproxy", "/usr/local/sbin/haproxy"]);

/** Starts an HAProxy that hands requests to the replicas on these ports in turn, as long as their /readyz says 200. */
export async function startHaProxy(options: {
  readonly program: string;
  readonly directory: string;
  readonly ports: readonly number[];
  readonly log: number;
}): Promise<HaProxy> {
  const { program, directory, ports, log } = options;
  const [port = 0] = await freePorts(1);
  const file = join(directory, "haproxy.cfg");
  await writeFile(file, settings(port, ports));
  const url = `http://127.0.0.1:${port}`;
  const running = await startTied({ program, args: ["-db", "-f", file], log, isUnprivileged: true });
  await untilUp(running, "HAProxy", () => fetch(`${url}/healthz`));
  return { url, stop: () => running.kill() };
}

/** The settings that docs/scaling.md recommends, on loopback. */
function settings(port: number, replicas: readonly number[]): string {
  const servers = replicas.map((replica, index) => `  server replica${index + 1} 127.0.0.1:${replica}\n`);
  return `global
  maxconn 2000
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 15s
  timeout check 2s
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response
frontend world
  bind 127.0.0.1:${port}
  http-request disable-l7-retry unless { path_beg /webhooks/ }
  use_backend alive if { nbsrv(ready) eq 0 }
  default_backend ready
backend ready
  balance roundrobin
  option httpchk GET /readyz
  default-server check inter 1s fastinter 250ms downinter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${servers.join("")}backend alive
  balance roundrobin
  option httpchk GET /healthz
  default-server check inter 1s fastinter 250ms downinter 500ms fall 2 rise 1
${servers.join("")}`;
}
