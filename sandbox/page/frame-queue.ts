/** One server-sent event, before it is written. */
export interface Frame {
  readonly event: "snapshot" | "message" | "deleted" | "state" | "terminal";
  readonly data: unknown;
}

export interface FrameQueue {
  push(frame: Frame): void;
  close(): void;
  /** Null: the queue is closed and empty. One reader only. */
  next(): Promise<Frame | null>;
}

/**
 * The frames that wait to be sent to one browser. A browser that falls `limit` frames behind is disconnected: it reconnects
 * and gets a new snapshot, which is cheaper than a long queue.
 */
export function createFrameQueue(limit: number): FrameQueue {
  let frames: Frame[] = [];
  let isClosed = false;
  let wake: (() => void) | undefined;

  const notify = (): void => {
    wake?.();
    wake = undefined;
  };
  const close = (): void => {
    isClosed = true;
    notify();
  };

  return {
    push(frame) {
      if (isClosed) return;
      if (frames.length >= limit) {
        frames = [];
        return close();
      }
      frames.push(frame);
      notify();
    },
    close,
    async next() {
      while (frames.length === 0 && !isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return frames.shift() ?? null;
    },
  };
}
