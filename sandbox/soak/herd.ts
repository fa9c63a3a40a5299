import { type Replica, type ReplicaOptions, startReplica } from "./replica.ts";

export interface HerdFigures {
  kills: number;
  /** Of those, replicas that were open; the others died while they started. */
  killsWhileOpen: number;
  /** Kills while there was little to be lost. */
  early: number;
  /** Replicas that ended without being killed. */
  ends: number;
}

/** Several replicas, each started again as soon as it is gone. */
export interface Herd {
  readonly figures: HerdFigures;
  ports(): readonly number[];
  isOpen(place: number): boolean;
  /** Kills the replica at this place, whatever it does just now. */
  kill(place: number): Promise<void>;
  /** Kills all at once. */
  killAll(): Promise<void>;
  /** Resolves when all are open. */
  open(): Promise<void>;
  stop(): Promise<void>;
}

/** A replica that cannot start must not be started a thousand times a second. */
const LEAST_LIFE_MS = 200;

export function startHerd(size: number, options: ReplicaOptions): Herd {
  const figures: HerdFigures = { kills: 0, killsWhileOpen: 0, early: 0, ends: 0 };
  const members: { replica: Replica; port: number | undefined }[] = [];
  const condemned = new Set<Replica>();
  let isStopping = false;

  function raise(place: number): void {
    const startedAt = Date.now();
    const replica = startReplica(options);
    const member: { replica: Replica; port: number | undefined } = { replica, port: undefined };
    members[place] = member;
    void replica.opened.then((port) => {
      member.port = port;
    });
    void replica.ended.then(() => {
      if (isStopping) return;
      if (!condemned.delete(replica)) figures.ends += 1;
      setTimeout(() => !isStopping && raise(place), Math.max(0, startedAt + LEAST_LIFE_MS - Date.now()));
    });
  }

  for (let place = 0; place < size; place += 1) raise(place);

  async function kill(place: number): Promise<void> {
    const replica = members[place]?.replica;
    if (!replica?.isAlive()) return;
    condemned.add(replica);
    figures.kills += 1;
    if (replica.isOpen()) figures.killsWhileOpen += 1;
    await replica.kill();
  }

  return {
    figures,
    ports: () =>
      members.flatMap(({ replica, port }) => (port !== undefined && replica.isAlive() ? [port] : [])),
    isOpen: (place) => members[place]?.replica.isOpen() ?? false,
    kill,
    killAll: async () => void (await Promise.all(members.map((_, place) => kill(place)))),
    async open() {
      while (members.some(({ replica }) => !replica.isOpen())) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async stop() {
      isStopping = true;
      await Promise.all(members.map(({ replica }) => replica.kill()));
    },
  };
}
