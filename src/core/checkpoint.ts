/**
 * Called at every await boundary of a money step, with a name that is unique in the source. It does nothing in the
 * shop; the crash tests kill the process there, and read the list of names from the source.
 */
export type Checkpoint = (name: string) => void;

export const noCheckpoint: Checkpoint = () => undefined;
