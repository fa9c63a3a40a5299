import { once } from "node:events";
import { createServer, connect as dial, type Socket } from "node:net";

export interface FreezableProxy {
  /** The database's URL by way of the proxy. */
  readonly connectionString: string;
  /** Connections that are open now stay open, and nothing passes any more. New ones work. */
  freeze(): void;
  close(): Promise<void>;
}

/** A TCP proxy before a database, for networks that swallow packets without closing anything. */
export async function startFreezableProxy(target: string): Promise<FreezableProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = dialDatabase(new URL(target));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // What breaks one side is shown to the other by the pipes.
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");
  const url = new URL(target);
  url.searchParams.delete("host");
  url.host = `127.0.0.1:${address.port}`;
  return {
    connectionString: url.toString(),
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function dialDatabase(url: URL): Socket {
  const directory = url.searchParams.get("host");
  const port = Number(url.port || "5432");
  return directory ? dial(`${directory}/.s.PGSQL.${port}`) : dial(port, url.hostname);
}
